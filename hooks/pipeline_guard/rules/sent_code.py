"""What `code_run` sends must be the project on disk, but for the fix where there is no git."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline_guard import suggest
from pipeline_guard.context import Context
from pipeline_guard.project import PROJECT_FILES, sent
from pipeline_guard.project import edits as python_edits
from pipeline_guard.project.identity import project_id
from pipeline_guard.rules.no_scripts import is_query
from pipeline_guard.verdicts import DENY, Finding

_NEW_FILE = "expectations.py"


def judge(files: object, context: Context) -> Iterator[Finding]:
    """Every file is one of the project's; only a project without git may differ from the disk."""
    folder = context.workspace.project
    if not isinstance(files, Mapping) or not folder:
        yield _no("inspect_first", "`code_run` without the project's files", "Send all of them")
        return
    on_disk = dict(sent.on_disk(folder))
    for name in sorted(set(on_disk) - set(files)):
        saw = f"`code_run` without `{name}`"
        yield _no("inspect_first", saw, "Send every .py and .sql file and the project file")
    for name, text in files.items():
        yield from _file(str(name), text, on_disk, context)


def _file(
    name: str, text: object, on_disk: Mapping[str, str], context: Context
) -> Iterator[Finding]:
    if not isinstance(text, str):
        yield _no("inspect_first", f"`{name}` without text", "Send the file's text")
        return
    if name not in on_disk and name != _NEW_FILE:
        yield _no("allowed_files", f"the new file `{name}`", f"Put it into `{_NEW_FILE}`")
        return
    before = on_disk.get(name)
    if before == text:
        return
    if context.workspace.repo:
        saw = f"`{name}` is sent with changes that no commit has"
        do = f"Edit the file on the debug branch and commit it: {suggest.commit(context)}"
        yield _no("git_only", saw, do)
    elif name.endswith(".py"):
        siblings = [other.partition("/")[0].removesuffix(".py") for other in on_disk]
        for fault in python_edits.faults(before or "", text, siblings):
            yield _no("no_scripts", f"`{name}`: {fault}", "Send pipeline code only")
    elif name.endswith(".sql") and is_query(before or "") and not is_query(text):
        yield _no("no_scripts", f"`{name}` would be no query", "A model in SQL is one SELECT")
    elif name in PROJECT_FILES and project_id(text) != project_id(before or ""):
        yield _no("inspect_first", f"`{name}` with another project's id", "Leave `id` as it is")


def _no(rule: str, saw: str, do: str) -> Finding:
    return Finding(DENY, rule, saw, do)
