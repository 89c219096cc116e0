"""The three reports of a healing, and what an agent may make of them: honest, and hollow.

Each variant is a kind of report, a part of it, and what stands in the part's place; of a hollow one
also what the check says.
"""

from __future__ import annotations

from pathlib import Path

TEXTS = Path(__file__).parent / "reports"
JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
HASH = "8d3f" * 16
REF = f"demo.dev@{HASH}"
LOGS = (TEXTS / "logs.txt").read_text()
PATHS = {
    "job": f"job/{JOB}.md",
    "data": "data_snapshot/flights.md",
    "summary": "summary.md",
}
ROOT_CAUSE = (TEXTS / "job.md").read_text().partition("## Root Cause\n")[2]
METADATA = (TEXTS / "job.md").read_text().partition("## Metadata\n")[2].partition("\n\n")[0]
SCHEMA = (TEXTS / "data.md").read_text().partition("## Schema\n")[2].partition("\n\n")[0]
SAMPLE = (TEXTS / "data.md").read_text().partition("rows)\n")[2].partition("\n\n")[0]
ERROR = (TEXTS / "job.md").read_text().partition("Summary\n")[2].partition("\n\n")[0]
FIX = "- `a1b2c3d` Cast dep_delay to double in clean_flights (job 3f0c2a9e)"
CONDITIONS = "Deterministic — data ref pinned ✅, Git SHA a1b2c3d pinned for code ✅."


def as_table(lines: str) -> str:
    pairs = [line.removeprefix("- ").split(": ", 1) for line in lines.splitlines()]
    rows = [f"| {name} | {value} |" for name, value in pairs]
    return "\n".join(["| Field | Value |", "|---|---|", *rows])


HONEST = {
    "metadata as a table": ("job", METADATA, as_table(METADATA)),
    "metadata as plain lines": ("job", METADATA, METADATA.replace("- ", "")),
    "metadata with stars": ("job", METADATA, METADATA.replace("- ", "* ")),
    "metadata spread out": ("job", METADATA, METADATA.replace("\n", "\n\n")),
    "colon inside the bold": ("job", METADATA, METADATA.replace("**:", ":**")),
    "no bold at all": ("job", METADATA, METADATA.replace("**", "")),
    "values as code": (
        "job",
        METADATA,
        METADATA.replace(REF, f"`{REF}`").replace("demo\n", "`demo`\n"),
    ),
    "a value on its own line": ("job", f"Ref**: {REF}", f"Ref**:\n  `{REF}`"),
    "a bare hash": ("job", REF, HASH),
    "a detached ref": ("job", REF, f"@{HASH}"),
    "a tag": ("job", REF, "tag `v1.2`"),
    "a ref with a remark": ("job", REF, f"`{REF}` (parent of the job's first commit)"),
    "not pinned": ("job", REF, "Not pinned — no transaction branch and no commit property found"),
    "the status as printed": ("job", "Failed", "fail"),
    "no line known": ("job", "- **Line**: 41\n", ""),
    "a model in a namespace": ("job", "**: daily_delays", "**: `nyc.daily_delays` (Python)"),
    "classification in bold": ("job", "\nruntime\n", "\n**Runtime** — it crashed while it ran.\n"),
    "classification with label": ("job", "\nruntime\n", "\nClassification: Runtime\n"),
    "spaced slash": ("job", "\nruntime\n", "\nPlanning / compilation\n"),
    "a frame's name in the prose": (
        "job",
        "cannot average",
        "(<class 'str'> at <module>) cannot average",
    ),
    "error as indented code": ("job", ERROR, "    " + ERROR.strip("`\n").replace("\n", "\n    ")),
    "error as a quote": (
        "job",
        ERROR,
        "> Function 'mean' has no kernel matching input types (string)",
    ),
    "error after a sentence": ("job", ERROR, f"The logs end with:\n\n{ERROR}"),
    "error cut short": ("job", '    mean = pc.mean(flights["dep_delay"])', "..."),
    "closed headings": ("job", "## Root Cause", "## Root Cause ##"),
    "a heading in bold": ("job", "## Root Cause", "##  **Root Cause**"),
    "a heading in lower case": ("job", "## Failure Classification", "## Failure classification"),
    "a heading with a colon": ("job", "## Root Cause", "## Root Cause:"),
    "a numbered heading": ("job", "## Error Summary", "## 2. Error Summary"),
    "a heading with a picture": ("job", "## Error Summary", "## 🔥 Error Summary"),
    "a heading with a remark": ("job", "## Root Cause", "## Root Cause (step 4)"),
    "a sample of fewer rows": ("data", "## Sample (20 rows)", "## Sample (2 rows)"),
    "a title in lower case": ("job", "# Job Report: ", "# Job report: "),
    "a summary with capitals": ("summary", "## Rerun result", "## Rerun Result"),
    "a summary that names its job": ("summary", "Summary\n", "Summary — job 3f0c2a9e\n"),
    "the mark of an editor before it": ("job", "# Job Report", "\ufeff# Job Report"),
    "a status with a picture": ("job", "**Status**: Failed", "**Status**: ❌ Failed"),
    "count behind its query": ("data", "336776", "`SELECT COUNT(*) FROM t LIMIT 1` → **336776**"),
    "a deeper heading": ("job", ROOT_CAUSE, f"### Evidence\n{ROOT_CAUSE}"),
    "windows line ends": ("job", "\n", "\r\n"),
    "role with details": (
        "data",
        "input to failing model",
        "**Input to the failing model** (`daily_delays`)",
    ),
    "role as a list item": ("data", "input to failing model", "- Role: one level downstream"),
    "schema as a table": ("data", SCHEMA, "| column | type |\n|---|---|\n| dep_delay | string |"),
    "schema as a list": ("data", SCHEMA, "- `year`: long\n- `dep_delay`: string"),
    "count with commas": ("data", "336776", "336,776"),
    "count in bold with unit": ("data", "336776", "**336,776 rows**"),
    "count in a sentence": ("data", "336776", "The table has 336776 rows."),
    "count as pasted output": ("data", "336776", "```\nn  Int64  false\n\nn\n336776\n```"),
    "count beside its query": ("data", "336776", "`SELECT COUNT(*) AS n FROM t LIMIT 1`\n\n336776"),
    "sample as a table": ("data", SAMPLE, "| year |\n|---|\n| 2013 |"),
    "sample as JSON": ("data", SAMPLE, '```json\n[{"year": 2013, "dep_delay": "2.0"}]\n```'),
    "a sample of one row": ("data", SAMPLE, "```\nyear  dep_delay\n2013  2.0\n```"),
    "placeholders inside data": ("data", "2013  4.0", "<name>  <user>  TODO"),
    "an empty table": (
        "data",
        f"336776\n\n## Sample (20 rows)\n{SAMPLE}",
        "0\n\n## Sample (20 rows)\nNo rows.",
    ),
    "no anomalies": (
        "data",
        "`dep_delay` is a string",
        "No anomalies detected. `dep_delay` is fine",
    ),
    "summary job as a list": (
        "summary",
        f"{JOB} — failed on demo.dev at 2026",
        f"- **Job ID**: `{JOB}`\n- **Branch**: `demo.dev`\n- **Failed at**: 2026",
    ),
    "fixes as a table": ("summary", FIX, "| commit | what |\n|---|---|\n| a1b2c3d | cast it |"),
    "fix by its full hash": ("summary", "`a1b2c3d` Cast", f"{'a1b2' * 10}: Cast"),
    "determinism as a table": (
        "summary",
        CONDITIONS,
        "**Deterministic**\n\n| Condition | Status |\n|---|---|\n"
        "| Data ref pinned to commit hash | ✅ |\n| Git SHA pinned for code | ✅ |",
    ),
    "best effort with its reason": (
        "summary",
        CONDITIONS,
        "Best effort: the data ref is not pinned (❌), the Git SHA is (✅).",
    ),
    "green in bold": (
        "summary",
        "\nGreen\n",
        "\n✅ **Green** — job 77aa, full run on demo.debug_3f0c2a9e\n",
    ),
    "failed with a hyphen": ("summary", "\nGreen\n", "\nFailed - the new expectation is red\n"),
    "blocked": ("summary", "\nGreen\n", "\n**Failed** — blocked: the runner is down\n"),
}

HOLLOW = {
    "missing heading": ("job", "## Root Cause\n", "", "`## Root Cause` is missing"),
    "renamed heading": (
        "job",
        "## Error Summary",
        "## Error",
        "`## Error Summary` is missing",
    ),
    "extra heading": (
        "job",
        "## Root Cause",
        "## Notes\nx\n\n## Root Cause",
        "`## Notes` is no heading",
    ),
    "doubled heading": ("job", "## Root Cause", "## Metadata\n\n## Root Cause", "a second time"),
    "headings swapped": (
        "data",
        "## Row Count\n336776\n",
        "## Anomalies\nNo anomalies at all.\n\n## Row Count\n336776\n",
        "belongs before `## Anomalies`",
    ),
    "no title": ("job", "# Job Report", "# Report", "`# Job Report:` is missing"),
    "another job": ("job", f"# Job Report: {JOB}", "# Job Report: 11111111", "not the file's name"),
    "empty section": ("job", ROOT_CAUSE, "", "`Root Cause` is empty"),
    "hidden content": ("job", ROOT_CAUSE, f"<!-- {ROOT_CAUSE} -->", "`Root Cause` is empty"),
    "a word instead of a cause": ("job", ROOT_CAUSE, "Unknown.", "`Root Cause`"),
    "a promise": ("job", ROOT_CAUSE, "TODO: explain what went wrong here\n", "`TODO` was left"),
    "still pending": ("job", "\nruntime\n", "\npending\n", "one of: planning/compilation"),
    "cause still pending": (
        "job",
        ROOT_CAUSE,
        "Pending, it is completed in step 4 later.",
        "`pending`",
    ),
    "no class of the four": (
        "job",
        "\nruntime\n",
        "\nnetwork trouble\n",
        "found `network trouble`",
    ),
    "two classes": ("job", "\nruntime\n", "\nruntime or expectation\n", "one of: planning"),
    "all classes": (
        "job",
        "\nruntime\n",
        "\nplanning/compilation, runtime, expectation\n",
        "one of:",
    ),
    "bare branch as ref": ("job", REF, "demo.dev", "found `demo.dev`"),
    "short hash as ref": ("job", REF, "demo.dev@8d3f8d3f", "a pinned ref"),
    "hash of 63 digits": ("job", REF, REF[:-1], "a pinned ref"),
    "hash of 65 digits": ("job", REF, f"{REF}0", "a pinned ref"),
    "main as ref": ("job", REF, "main", "a pinned ref"),
    "unknown ref": ("job", REF, "unknown", "`Pinned Data Ref` is empty"),
    "no date": (
        "job",
        "2026-11-22T10:00:00Z",
        "yesterday",
        "`Metadata`: the time the job was created",
    ),
    "missing field": ("job", "- **User**: demo\n", "", "no `**User**:` line"),
    "empty field": ("job", "**User**: demo", "**User**:", "`User` is empty"),
    "placeholder in code": ("job", "**User**: demo", "**User**: `<user>`", "placeholder `<user>`"),
    "job did not fail": ("job", "Failed", "complete", "did not fail"),
    "runtime without a model": ("job", "**: daily_delays", "**: none", "name the failing model"),
    "no role of the three": ("data", "input to failing model", "culprit", "one of: input"),
    "two roles": (
        "data",
        "input to failing model",
        "input to failing model / output of failing model",
        "one of",
    ),
    "words for a count": ("data", "336776", "many rows", "exact number"),
    "a guess for a count": ("data", "336776", "about 336776", "exact number"),
    "a rounded count": ("data", "336776", "336k", "exact number"),
    "a negative count": ("data", "336776", "-5", "exact number"),
    "schema in words": ("data", SCHEMA, "Looks as it should.", "no output is pasted"),
    "schema is a placeholder": (
        "data",
        SCHEMA,
        "<Paste output of bauplan table get>",
        "template's own",
    ),
    "placeholder in a fence": (
        "data",
        SAMPLE,
        "```\n<Paste query output>\n```",
        "`Sample (20 rows)` is empty",
    ),
    "sample elsewhere": ("data", SAMPLE, "See the query output.", "no output is pasted"),
    "sample denies the count": ("data", SAMPLE, "```\nNo rows\n```", "336776 rows, but the sample"),
    "sample is a heading only": (
        "data",
        SAMPLE,
        "| year | dep_delay |\n|---|---|",
        "336776 rows, but the sample",
    ),
    "sample asks for itself": ("data", SAMPLE, "```\nPaste the query output here\n```", "is empty"),
    "schema still to do": ("data", SCHEMA, "```\nTODO\n```", "is empty"),
    "no finding": (
        "data",
        "`dep_delay` is a string at the pinned ref; it was a double before the import.",
        "None",
        "empty",
    ),
    "another table": ("data", "nyc.flights", "nyc.planes", "named `flights.md`"),
    "table without namespace": ("data", "nyc.flights", "flights", "full name"),
    "absent at a branch": (
        "data",
        f"{SCHEMA}\n\n## Row Count\n336776",
        "not present at main\n\n## Row Count\nnot present at main",
        "found `main`",
    ),
    "no commit": ("summary", FIX, "- Cast dep_delay to double", "names no commit"),
    "unversioned without diff": ("summary", FIX, "unversioned: cast dep_delay", "as a diff"),
    "claim against its words": (
        "summary",
        "data ref pinned ✅",
        "data ref ❌",
        "claims `Deterministic`",
    ),
    "best effort for nothing": (
        "summary",
        "Deterministic —",
        "Best-effort —",
        "names no unmet condition",
    ),
    "one condition only": (
        "summary",
        CONDITIONS,
        "Deterministic — data ref pinned.",
        "both conditions",
    ),
    "both claims": ("summary", "Deterministic —", "Deterministic or Best-effort —", "begins with"),
    "neither claim": ("summary", "Deterministic —", "Reproducible —", "begins with"),
    "no result": ("summary", "\nGreen\n", "\nIt works\n", "begins with `Green`"),
    "either result": ("summary", "\nGreen\n", "\nGreen or Failed\n", "begins with `Green`"),
    "failure without reason": ("summary", "\nGreen\n", "\nFailed\n", "gives its reason"),
    "block without reason": ("summary", "\nGreen\n", "\nFailed — blocked:\n", "gives its reason"),
    "another job's summary": ("summary", JOB, "77aa77aa-0000", "names no job that has a report"),
    "job without branch": ("summary", "failed on demo.dev", "failed", "does not name the branch"),
    "job without time": ("summary", " at 2026-11-22T10:00:04Z", "", "with its date"),
}
