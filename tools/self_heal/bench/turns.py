"""The library of turns: what every scripted healing does in the steps 0 to 7.

Ids and hashes are captured from results, as a real agent reads them, and used as `{{name}}`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from agent_replay.script import Call, Expectation, Header, Script, Turn
from self_heal.bench import evidence, written
from self_heal.bench.call import bash, use
from self_heal.bench.plan import Plan
from self_heal.grader.reference import EXPECTATIONS
from self_heal.scenario import Change, Commit

SKILL = "self-healing-pipeline"
SHA = "[0-9a-f]{64}"
DEBUG = "demo.debug_{{short}}"


def script(plan: Plan, name: str) -> Script:
    """The whole session."""
    header = Header(
        script=1,
        title=f"{name}: {plan.which}",
        scenario=name,
        prompt=f"/{SKILL} {plan.scenario.request('{{job}}')}",
    )
    steps = (_look, _find, _pin, _branch, evidence.turns, _tries, _classify, _fix, _rerun, _prevent)
    turns = [turn for step in steps for turn in step(plan)]
    return Script(header=header, turns=(*turns, *_finish(plan)))


def _look(plan: Plan) -> Iterator[Turn]:
    yield use(0, "The skill first.", "Skill", skill=SKILL)
    yield bash(0, "Who am I, and where?", "bauplan info")
    if plan.scenario.git:
        yield bash(0, "And the repository?", "git status --short --branch")
    yield bash(0, "The folders for the reports.", "mkdir -p debug/job debug/data_snapshot")


def _find(plan: Plan) -> Iterator[Turn]:
    if plan.scenario.told != "job":
        wanted = "" if plan.sessions.pin == "property" else " --status fail"
        yield bash(
            1,
            "Which job is it?",
            f"bauplan job ls{wanted} --kind run --max-count 10 --output json",
            job=r'"id":\s*"([0-9a-f-]{36})"',
            short=r'"id":\s*"([0-9a-f]{8})',
        )
    fields = ("status", "created", "finished")
    known = {field: rf"{field.capitalize()}[: ]+(.+\S)" for field in fields}
    error = {"error": plan.sessions.error}
    in_logs = plan.sessions.error_in == "logs"
    look = "bauplan job get {{job}}"
    yield bash(1, "What does the platform know?", look, **known, **({} if in_logs else error))
    yield bash(1, "Its logs.", "bauplan job logs {{job}}", **(error if in_logs else {}))


def _pin(plan: Plan) -> Iterator[Turn]:
    listed = "bauplan branch ls --all-zones --name bpln-tx"
    branch, of_job = plan.scenario.branch, "--property bpln_job_id={{job}} --output json"
    parent = rf'(?s).*"parent_ref":\s*\{{[^}}]*"hash":\s*"({SHA})"'
    pin = plan.sessions.pin
    if pin in ("transaction", "head"):
        tx = {"tx": r"(\S+-bpln-tx-run-\d+-{{job}})", "tx_head": rf"{{{{job}}}}\s+\S+\s+({SHA})"}
        yield bash(1, "A failed run leaves its transaction branch.", listed, **tx)
        capture = {"pin": parent} if pin == "transaction" else {}
        yield bash(1, "What did it write?", "bauplan commit {{tx}} " + of_job, **capture)
        if pin == "head":
            command = "bauplan commit {{tx}} --max-count 1"
            yield bash(1, "Nothing: its head is what it read.", command, pin=f"({SHA})")
    else:
        yield bash(1, "Is there a transaction branch?", listed)
        capture = {"pin": parent} if pin == "property" else {}
        yield bash(1, "Commits of the run?", f"bauplan commit {branch} {of_job}", **capture)
    found = {"pin": f"commit ({SHA})"} if pin == "none" else {"_seen": "commit ({{pin}})"}
    yield bash(1, "The branch's history.", f"bauplan commit {branch} --max-count 20", **found)
    report = written.job_report(plan)
    yield use(1, "The job report.", "Write", file_path="debug/job/{{job}}.md", content=report)


def _branch(plan: Plan) -> Iterator[Turn]:
    command = f"bauplan checkout -b {DEBUG} --from-ref {plan.scenario.branch}@{{{{pin}}}}"
    yield bash(2, "A debug branch from the state that failed.", command)
    if plan.scenario.git:
        yield bash(2, "And one in git.", "git switch -c debug/bpln_{{short}}")
    if plan.scenario.git and any(hasattr(event, "dirty") for event in plan.scenario.history):
        snapshot = "git add -u && git commit -m 'Snapshot before the fix (job {{job}})'"
        yield bash(2, "What was not committed is kept as it is.", snapshot)


def _tries(plan: Plan) -> Iterator[Turn]:
    for wish in plan.tries:
        expected = Expectation(verdict="deny", rule=wish.rule)
        call = Call(tool=wish.tool, input=wish.input)
        yield Turn(say=wish.say, step=3, call=call, expect=expected)


def _classify(plan: Plan) -> Iterator[Turn]:
    path = "debug/job/{{job}}.md"
    yield use(4, "The code.", "Read", file_path=f"{plan.folder}/{plan.sessions.file}")
    yield use(4, "What the job report says.", "Read", file_path=path)
    old, new = written.PENDING, written.classified(plan)
    yield use(4, "Now it is known.", "Edit", file_path=path, old_string=old, new_string=new)


def _fix(plan: Plan) -> Iterator[Turn]:
    if plan.is_blocked or not plan.fix or not plan.scenario.git:
        return
    for number, commit in enumerate(plan.fix, 1):
        for change in commit.edits:
            yield _edit(plan, change)
        yield _commit(plan, 5, commit, f"fix{number}")
        if plan.sessions.red_first and number < len(plan.fix):
            yield bash(6, "Does that suffice?", _run(plan) + " || true")


def _edit(plan: Plan, change: Change) -> Turn:
    path = f"{plan.folder}/{change.file}"
    if not change.old:
        return use(5, "The file, anew.", "Write", file_path=path, content=change.new)
    replaced = {"old_string": change.old, "new_string": change.new}
    return use(5, "The least change.", "Edit", file_path=path, **replaced)


def _commit(plan: Plan, step: int, commit: Commit, name: str) -> Turn:
    files = " ".join(sorted({f"{plan.folder}/{change.file}" for change in commit.edits}))
    message = shlex.quote(f"{commit.message} (job {{{{job}}}})")
    command = f"git add {files} && git commit -m {message}"
    return bash(step, "One change, one commit.", command, **{name: r"\[debug/\S+ ([0-9a-f]{7,})\]"})


def _run(plan: Plan) -> str:
    return f"bauplan run --project-dir {plan.folder} --ref {DEBUG}"


def _rerun_turn(plan: Plan, step: int, say: str, prevents: bool) -> Turn:
    """Without git the code is sent along with the run."""
    if plan.scenario.git:
        return bash(step, say, _run(plan))
    return use(step, say, "code_run", project_files=plan.code(prevents), ref=DEBUG)


def _rerun(plan: Plan) -> Iterator[Turn]:
    if plan.is_blocked or plan.leaves_out("rerun"):
        return
    yield _rerun_turn(plan, 6, "The rerun.", prevents=False)
    yield bash(
        6, "Where is the branch now?", f"bauplan commit {DEBUG} --max-count 1", after=f"({SHA})"
    )
    for table in plan.sessions.tables:
        if table.query:
            command = f'bauplan query --ref {DEBUG}@{{{{after}}}} --max-rows 20 "{table.query}"'
            yield bash(6, f"{table.name} after the fix.", command)


def _prevent(plan: Plan) -> Iterator[Turn]:
    if plan.is_blocked or plan.guard is None:
        return
    if plan.scenario.git:
        yield from _guard(plan, plan.guard.name)
    if not plan.leaves_out("rerun"):
        yield _rerun_turn(plan, 7, "With the expectation.", prevents=True)


def _guard(plan: Plan, name: str) -> Iterator[Turn]:
    path, text = f"{plan.folder}/{EXPECTATIONS}", plan.code(prevents=True)[EXPECTATIONS]
    yield use(7, "So that it cannot happen again.", "Write", file_path=path, content=text)
    change = Change(file=EXPECTATIONS, new=text)
    commit = Commit(message=f"Add data quality guard {name}", edits=[change])
    yield _commit(plan, 7, commit, "guard")


def _finish(plan: Plan) -> Iterator[Turn]:
    path, text = "debug/summary.md", written.summary(plan)
    yield use(7, "The summary.", "Write", file_path=path, content=text)
    if plan.which == "reference":
        yield bash(7, "Are the reports complete?", "self-heal report check")
