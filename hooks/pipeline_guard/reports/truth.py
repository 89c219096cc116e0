"""Is it true? A report's values against each other, against the job's logs and against git."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline_guard.reports import markdown, values
from pipeline_guard.reports import schema as schemas
from pipeline_guard.reports.read import Path, Report

if TYPE_CHECKING:
    from pipeline_guard.reports import Known

Fault = tuple[Path, str]

_VERBATIM = "paste the error verbatim from `bauplan job logs`"
_COMPLETE = re.compile(r"\bstatus\W+complete\b", re.I)
_ELLIPSIS = re.compile(r"\.{3}|…|\[\s*\.\.\.\s*\]")
_LABEL = re.compile(r"^\s*error( message)?:\s+", re.I)  # of `job get`; its JSON has none
_UNVERSIONED = re.compile(r"\bunversioned\b|no (local )?(git )?repository", re.I)
_NOTHING = re.compile(r"\s*(?:nothing|no code) was (?:changed|fixed)\b", re.I)
_UNMET = re.compile(
    r"❌|✗|✘|\bnot (?:be )?(?:pinned|met|versioned|available|known)|n't (?:be )?pinned|"
    r"\bun(?:pinned|versioned|met|known)\b|\bno (?:git|repository|pin|commit)\b|\bmoving\b",
    re.I,
)


def faults(report: Report, path: str, known: Known) -> Iterator[Fault]:
    """What a report claims and is not so."""
    stem = os.path.basename(path).removesuffix(".md")
    if report.kind == schemas.JOB_REPORT:
        yield from _job(report, stem, known)
    elif report.kind == schemas.DATA_REPORT:
        yield from _table(report, stem)
    else:
        yield from _summary(report, known)


def _job(report: Report, stem: str, known: Known) -> Iterator[Fault]:
    meta = report.data.get("metadata", {})
    for where, job in (
        (("job_id",), report.data.get("job_id")),
        (("metadata", "job_id"), meta.get("job_id")),
    ):
        if job and job != stem:
            yield where, f"the job id `{job}` is not the file's name `{stem}`"
    read = known.refs.get(stem, "").partition("@")[2]
    pinned = meta.get("pinned_ref", "").partition("@")[2]
    if read and pinned and read != pinned:
        yield (
            ("metadata", "pinned_ref"),
            f"the platform says that the job read `{known.refs[stem]}`",
        )
    wrong = _ran_green(report, known.logs.get(stem, ""))
    if meta.get("status") and not wrong and not re.match(r"fail|abort|error", meta["status"], re.I):
        yield (
            ("metadata", "status"),
            f"a job whose status is `{meta['status']}` did not fail: where its results are wrong, "
            "the classification is `Logical correctness`",
        )
    if str(report.data.get("root_cause", "")).strip("*_` ").lower().startswith("pending"):
        yield ("root_cause",), "it still reads `pending`: complete it in step 4"
    model = report.data.get("failing_model", {}).get("name")
    if model == "none" and report.data.get("classification") in (
        "runtime",
        "expectation",
        "logical correctness",
    ):
        yield (
            ("failing_model", "name"),
            "only a planning failure may name no model: name the failing model",
        )
    if stem in known.logs and not wrong and "error_summary" in report.sections:
        yield from _quoted(report.sections["error_summary"], known.logs[stem])


def _ran_green(report: Report, told: str) -> bool:
    """Whether nothing failed but the results: said so, or not said yet and told by `job get`."""
    classified = report.data.get("classification")
    return classified == "logical correctness" or (
        classified == values.PENDING and _COMPLETE.search(told) is not None
    )


def _quoted(part: markdown.Section, logs: str) -> Iterator[Fault]:
    """Every line of pasted output must be in the logs; of prose, one line or code span."""
    told = _squeeze(logs)
    pasted = [
        line
        for block in part.blocks
        if block.kind == markdown.CODE
        for line in block.text.splitlines()
    ]
    lines = [
        _LABEL.sub("", line)
        for line in pasted
        if re.search(r"\w", line) and not line.lstrip().startswith("$ ")
    ]
    for line in lines:
        pieces = [_squeeze(piece) for piece in _ELLIPSIS.split(line)]
        if not all(piece in told for piece in pieces):
            yield (
                ("error_summary",),
                f"`{line.strip()[:80]}` is not in the job's logs: {_VERBATIM}",
            )
            return
    prose = [text for block in part.blocks for text in (*block.spans, *block.text.splitlines())]
    if not any(len(_squeeze(text)) >= 8 and _squeeze(text) in told for text in lines or prose):
        yield (
            ("error_summary",),
            f"no line of it is in the job's logs: {_VERBATIM}",
        )


def _squeeze(text: str) -> str:
    return re.sub(r"[\s`*_\\]+", "", text)


def _table(report: Report, stem: str) -> Iterator[Fault]:
    table = report.data.get("table", "")
    if table and stem not in (table, table.rpartition(".")[2]):
        yield ("table",), f"the report is about `{table}`, but the file is named `{stem}.md`"
    if report.data.get("absent_at"):
        return
    rows = report.data.get("row_count")
    if rows is None and "row_count" in report.sections:
        yield (
            ("row_count",),
            "no exact number of rows: paste the number that `SELECT COUNT(*)` returned",
        )
    for key in ("schema", "sample"):
        part = report.sections.get(key)
        if part and not part.structured and not (rows == 0 and key == "sample"):
            yield (
                (key,),
                f"no output is pasted below `{part.heading}`: put it in a code fence or a table",
            )
    sample = report.sections.get("sample")
    if rows and sample and sample.structured and not sample.rows:
        yield ("sample",), f"the table has {rows} rows, but the sample shows none"
    if (
        rows
        and sample
        and re.fullmatch(r"\W*(no (rows|results)|empty|the table is empty)\W*", sample.text, re.I)
    ):
        yield ("sample",), f"the table has {rows} rows, but the sample shows none"


def _summary(report: Report, known: Known) -> Iterator[Fault]:
    rerun = report.data.get("rerun", {})
    if rerun.get("result") in ("failed", "blocked") and not re.search(r"\w{2,}", rerun["reason"]):
        yield ("rerun",), "a failed rerun gives its reason: `Failed — <reason>`"
    ended = rerun.get("result") != "blocked"
    if "fixes" in report.sections and ended:
        yield from _fixes(report.sections["fixes"], known, str(report.data.get("job", "")))
    versioned = not _UNVERSIONED.search(report.data.get("fixes", ""))
    if not versioned and report.data.get("determinism") == "deterministic":
        yield ("determinism",), "the code is unversioned: then it is `Best-effort`"
    if "determinism" in report.sections and ended:
        yield from _conditions(report.data["determinism"], report.sections["determinism"])


def _fixes(part: markdown.Section, known: Known, job: str) -> Iterator[Fault]:
    if _NOTHING.match(part.text):
        yield from _unchanged(known, job)
        return
    if _UNVERSIONED.search(part.text):
        if known.repo:
            yield ("fixes",), "there is a git repository: commit the fix and list its commits"
        if not any(block.kind == markdown.CODE for block in part.blocks):
            yield ("fixes",), "without a repository the fix is shown here as a diff in a code fence"
        elif known.sent and known.project:
            yield from _undiffed(part, known)
        return
    prose = "\n".join(block.text for block in part.blocks)
    shas = [sha for sha in values.commits(prose) if sha not in job]
    if known.repo and not shas:  # an abbreviated hash may be all digits, like a count
        words = re.findall(r"\b[0-9a-f]{7,40}\b", prose)
        shas = [word for word in words if word not in job and _in_git(word, known.repo)]
    if not shas:
        yield (
            ("fixes",),
            "it names no commit: list each commit's hash with one line, or say `unversioned` "
            "and show the diff",
        )
    for sha in shas if known.repo else []:
        if not _in_git(sha, known.repo):
            yield (
                ("fixes",),
                f"the commit `{sha}` is not in git: take the hashes from `git log --oneline`",
            )


def _undiffed(part: markdown.Section, known: Known) -> Iterator[Fault]:
    """A person applies the diff: it must have every line that the last rerun had otherwise."""
    from pipeline_guard.project import sent

    pasted = [b.text for b in part.blocks if b.kind == markdown.CODE]
    shown = {_squeeze(line) for text in pasted for line in text.splitlines()}
    for line in sent.diff(known.project, known.sent):
        if len(_squeeze(line)) > 1 and _squeeze(line) not in shown:
            yield ("fixes",), f"the diff lacks a line of what the last rerun was sent: `{line}`"
            return


def _unchanged(known: Known, job: str) -> Iterator[Fault]:
    """The platform failed and there was nothing to fix: then no commit and no run has one."""
    from pipeline_guard.project import healing_code

    if known.sent:
        yield ("fixes",), "it says that nothing was changed, and the last rerun was sent a change"

    mark = job.strip(" `*")[:8]
    if known.repo and healing_code.first_commit(known.repo, (mark,)):
        yield ("fixes",), "it says that nothing was changed, and there are commits: list them"


def _in_git(sha: str, repo: str) -> bool:
    command = ["git", "-C", repo, "cat-file", "-e", f"{sha}^{{commit}}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _conditions(claim: str, part: markdown.Section) -> Iterator[Fault]:
    """The claim must follow from the conditions as the section itself states them."""
    text = part.text
    unmet = match.group() if (match := _UNMET.search(text)) else ""
    if claim == "deterministic" and unmet:
        yield (
            ("determinism",),
            f"it claims `Deterministic`, but says `{unmet}`: then it is `Best-effort`",
        )
    if claim == "best-effort" and not unmet:
        yield (
            ("determinism",),
            "it claims `Best-effort` and names no unmet condition: say which of data ref and "
            "Git SHA is not pinned",
        )
    cited = (
        re.search(r"\bdata\b|@[0-9a-f]{8}", text, re.I),
        re.search(r"\bgit\b|\bsha\b|\bcode\b", text, re.I),
    )
    if claim in ("deterministic", "best-effort") and not all(cited):
        yield (
            ("determinism",),
            "cite both conditions: data ref pinned to a commit hash, and Git SHA pinned for code",
        )
