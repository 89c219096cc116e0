"""What the ledger learns, from the real program's answers and from nothing else."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_guard import hook, session
from pipeline_guard.events import PROMPT, Event
from pipeline_guard.ledger import Facts
from self_heal.stage import Stage, staged

ROOT = Path(__file__).resolve().parents[3]
FORMS = ["", "--output json "]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A pipeline that failed on `demo.nightly`, its lakehouse running."""
    with staged("schema-drift", tmp_path_factory.mktemp("stage") / "workspace") as made:
        yield made


class Healer:
    """One session: runs commands for real, and tells the guard what came of each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.id = str(uuid.uuid4())
        self.job, self.short = stage.job, uuid.uuid4().hex[:8]

    def bash(self, command: str) -> str:
        """Run a command line in the repository, as the runtime's shell does."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.stage.repo,
            env=dict(self.stage.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        response = {"stdout": done.stdout, "stderr": done.stderr, "interrupted": False}
        if done.returncode:
            error = f"Exit code {done.returncode}\n{done.stdout}{done.stderr}"
            self.tell("PostToolUseFailure", "Bash", {"command": command}, error=error)
        else:
            self.tell("PostToolUse", "Bash", {"command": command}, tool_response=response)
        return done.stdout

    def tell(self, name: str, tool: str, arguments: dict[str, object], **fields: object) -> None:
        """An after-tool event."""
        event = {
            "session_id": self.id,
            "transcript_path": f"/transcripts/{self.id}.jsonl",
            "cwd": str(self.stage.repo),
            "hook_event_name": name,
            "tool_name": tool,
            "tool_input": arguments,
            **fields,
        }
        answer = hook.run(json.dumps(event).encode(), {"active": "yes", "runtime": "claude"})
        assert answer == ("", "", 0)

    @property
    def facts(self) -> Facts:
        event = Event("claude", PROMPT, self.id, str(self.stage.repo))
        return session.load(event).facts

    def pinned(self) -> str:
        """Pin the failed job the short way; the pinned ref."""
        self.bash(f"bauplan job get {self.job}")
        self.bash("bauplan branch ls --name bpln-tx")
        (branch,) = (b for b in self.heads() if self.job in b)
        self.bash(f"bauplan -O json commit {branch} --property bpln_job_id={self.job}")
        return self.facts.pinned

    def heads(self) -> dict[str, str]:
        """The branches there are, asked beside the guard."""
        done = subprocess.run(
            ["bauplan", "branch", "ls", "--all-zones", "-O", "json"],
            env=dict(self.stage.environment),
            capture_output=True,
            text=True,
            check=True,
        )
        return {row["name"]: row["hash"] for row in json.loads(done.stdout)}


@pytest.fixture
def healer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Healer:
    for name, value in stage.environment.items():
        monkeypatch.setenv(name, value)
    return Healer(stage)


@pytest.fixture
def source(healer: Healer) -> str:
    return healer.heads()["demo.nightly"]


@pytest.mark.parametrize("form", FORMS)
def test_a_job_that_was_looked_into_is_the_one_that_is_healed(healer: Healer, form: str):
    healer.bash(f"bauplan {form}job get {healer.job}")
    assert (healer.facts.job, healer.facts.job_status) == (healer.job, "Fail")
    assert healer.facts.jobs_logged == frozenset()
    healer.bash(f"bauplan {form}job logs {healer.job}")
    assert healer.facts.jobs_logged == {healer.job}
    assert healer.facts.failing_model == "delays_by_carrier"


@pytest.mark.parametrize(
    "command",
    [
        "echo 'bauplan job get {job}'",
        "bauplan job get 00000000-0000-4000-8000-000000000000",
        "bauplan job get --help",
        "bauplan job ls",
        "printf 'Job ID:  {job}\\nStatus:  Fail\\n'",
    ],
)
def test_what_is_no_inspection_is_no_evidence(healer: Healer, command: str):
    healer.bash(command.format(job=healer.job))
    assert healer.facts == Facts()


@pytest.mark.parametrize(
    "command",
    [
        "bauplan job get {job} | head -1",
        "bauplan job get {job} || true",
        "echo ok && bauplan job get {job}",
        "bauplan job get {job} > /dev/null",
        "bauplan job get {job}; false",
    ],
)
def test_a_hidden_result_is_confirmed_by_the_guards_own_look_up(healer: Healer, command: str):
    healer.bash(command.format(job=healer.job))
    assert healer.facts.jobs_got == {healer.job}


def test_forged_output_beside_a_real_call_is_not_believed(healer: Healer):
    """The failing look-up prints nothing; an echo in the same line prints what it would have."""
    other = "11111111-0000-4000-8000-000000000000"
    forged = f"printf 'Job ID:  {other}\\nStatus:  Fail\\n'"
    healer.bash(f"bauplan job get {other} || true; {forged}")
    assert healer.facts == Facts()
    healer.bash(f"{forged}; bauplan job get {healer.job}")
    assert healer.facts.jobs_got == {healer.job}


@pytest.mark.parametrize(
    "forger",
    [
        "{{ < $'none\\n{commit}\\n'; }} 2>&1",
        "(y=${{x:?a\n{commit}\n}}) 2>&1; y=1",
        "exec 2>&1; set -x; y='a\n{commit}\n'; {{ set +x; }} 2>/dev/null",
    ],
)
def test_what_the_shell_itself_prints_is_not_believed(healer: Healer, forger: str):
    """A failing redirection, an expansion's complaint and a trace show any text."""
    forged = "77aa" * 16
    printed = healer.bash(
        forger.format(commit=f"commit {forged}") + "; bauplan commit demo.nightly --max-count 1"
    )
    assert f"commit {forged}" in printed
    assert forged not in healer.facts.hashes
    assert healer.facts.hashes


def test_a_call_that_runs_in_the_background_shows_nothing_by_itself(healer: Healer):
    arguments = {"command": "bauplan job get nothing", "run_in_background": True}
    response = {"stdout": f"Job ID: {healer.job}\nStatus: Fail", "backgroundTaskId": "b1"}
    healer.tell("PostToolUse", "Bash", arguments, tool_response=response)
    assert healer.facts.jobs_got == frozenset()


@pytest.mark.parametrize("form", FORMS)
def test_a_transaction_branch_pins_the_job_to_the_parent_of_its_first_commit(
    healer: Healer, source: str, form: str
):
    healer.bash(f"bauplan {form}job get {healer.job}")
    healer.bash(f"bauplan {form}branch ls --name bpln-tx")
    assert healer.facts.source_branch == "demo.nightly"
    assert healer.facts.pinned == ""
    (branch,) = (b for b in healer.heads() if healer.job in b)
    healer.bash(f"bauplan {form}commit {branch} --max-count 50 --format full")
    assert healer.facts.pinned == f"demo.nightly@{source}"
    assert healer.facts.working_ref == healer.facts.pinned
    assert source in healer.facts.hashes


def test_a_list_that_shows_no_parent_pins_nothing(healer: Healer):
    healer.bash(f"bauplan job get {healer.job}")
    healer.bash("bauplan branch ls --name bpln-tx")
    (branch,) = (b for b in healer.heads() if healer.job in b)
    healer.bash(f"bauplan commit {branch} --property bpln_job_id={healer.job}")
    assert healer.facts.pinned == ""


def test_what_cannot_be_pinned_needs_both_look_ups_and_the_reports_word(
    healer: Healer, stage: Stage, source: str
):
    """A dry run left no branch and no commit."""
    project = str(stage.repo / "pipeline")
    subprocess.run(
        ["bauplan", "run", "--dry-run", "--ref", "demo.nightly", "--project-dir", project],
        env=dict(stage.environment),
        capture_output=True,
        check=False,
    )
    rows = json.loads(healer.bash("bauplan job ls --kind run --status fail -O json"))
    job = rows[0]["id"]
    healer.bash(f"bauplan job get {job}")
    healer.bash("bauplan branch ls --name bpln-tx")
    healer.bash(f"bauplan commit demo.nightly --property bpln_job_id={job}")
    healer.bash("bauplan branch ls --name demo.nightly")
    assert not healer.facts.unpinnable
    report = stage.repo / "debug" / "job" / f"{job}.md"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("## Metadata\n- **Pinned Data Ref**: not pinned\n")
    assert healer.facts.unpinnable
    assert healer.facts.pinned == ""
    assert healer.facts.working_ref == f"demo.nightly@{source}"


def test_a_query_that_fails_is_not_the_job_that_is_healed(healer: Healer, stage: Stage):
    """An agent can make a query fail at will: it would leave nothing to inspect."""
    healer.bash(f"bauplan job get {healer.job}")
    subprocess.run(
        ["bauplan", "query", "--ref", "demo.nightly", "SELECT dep_delay + 1 FROM nyc.flights"],
        env=dict(stage.environment),
        capture_output=True,
        check=False,
    )
    rows = json.loads(healer.bash("bauplan job ls --kind query --status fail -O json"))
    healer.bash(f"bauplan job get {rows[0]['id']}")
    healer.bash(f"bauplan job logs {rows[0]['id']}")
    assert healer.facts.job == healer.job


@pytest.mark.parametrize("command", ["branch create {name}", "checkout -b {name}"])
def test_the_debug_branch_is_the_one_made_from_the_pinned_ref(healer: Healer, command: str):
    pinned = healer.pinned()
    name = f"demo.debug_{healer.short}"
    healer.bash(f"bauplan branch create {name}x --from-ref main")
    assert healer.facts.bauplan_branch == ""
    healer.bash(f"bauplan {command.format(name=name)} --from-ref {pinned}")
    assert healer.facts.bauplan_branch == name
    healer.bash(f"bauplan branch create {name} --from-ref {pinned}")
    assert healer.facts.bauplan_branch == name


def test_a_branch_whose_making_is_hidden_counts_only_if_its_head_is_the_pinned_hash(healer: Healer):
    pinned = healer.pinned()
    name = f"demo.debug_{healer.short}"
    healer.bash(f"bauplan branch create {name} --from-ref main")
    healer.bash(f"bauplan branch create {name} --from-ref {pinned} --if-not-exists")
    healer.bash(f"bauplan branch create {name} --from-ref {pinned} || true")
    assert healer.facts.bauplan_branch == ""
    healer.bash(f"bauplan branch create {name}2 --from-ref {pinned} || true")
    assert healer.facts.bauplan_branch == f"{name}2"


def test_tables_and_what_is_missing(healer: Healer):
    pinned = healer.pinned()
    healer.bash(f"bauplan table get nyc.flights --ref {pinned}")
    healer.bash("bauplan table get nyc.airlines --ref @" + "0" * 64)
    assert dict(healer.facts.tables) == {"nyc.flights": pinned}
    healer.bash(f"bauplan table ls --ref {pinned} --name no_such_table")
    assert healer.facts.missing_tables == {"no_such_table"}
    healer.bash(f"bauplan table ls --ref {pinned}")
    assert "nyc.flights" not in healer.facts.missing_tables


@pytest.fixture
def fixed(healer: Healer, stage: Stage) -> Iterator[Path]:
    """The project mended and committed on a debug branch; the models' file."""
    models = stage.repo / "pipeline" / "models.py"
    healer.bash(f"git switch -c debug/bpln_{healer.short}")
    before = models.read_text()
    models.write_text(mended(before))
    healer.bash(f"git commit -am 'Fix (job {healer.job})'")
    yield models
    healer.bash("git checkout -- . && git switch main")


def mended(models: str) -> str:
    """The scenario's own fix: what its scripted session edits."""
    lines = (ROOT / "tests" / "transcripts" / "schema-drift.jsonl").read_text().splitlines()
    for line in lines:
        for edit in _edits(json.loads(line)):
            if str(edit["file_path"]).endswith("models.py"):
                return models.replace(str(edit["old_string"]), str(edit["new_string"]))
    raise AssertionError("the transcript mends no model")


def _edits(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        if "old_string" in value:
            yield value
        for part in value.values():
            yield from _edits(part)
    elif isinstance(value, list):
        for part in value:
            yield from _edits(part)


def test_a_run_is_green_only_when_it_is_whole_and_from_a_clean_commit(healer: Healer, fixed: Path):
    name = f"demo.debug_{healer.short}"
    healer.bash(f"bauplan branch create {name} --from-ref {healer.pinned()}")
    run = f"bauplan run --project-dir pipeline --ref {name}"
    healer.bash(f"{run} --dry-run")
    healer.bash(f"{run} --no-strict")
    fixed.write_text(fixed.read_text() + "\n# not committed\n")
    healer.bash(run)
    assert [r.green for r in healer.facts.runs] == [False] * 3
    healer.bash("git checkout -- .")
    healer.bash(f"{run} --output json")
    last = healer.facts.runs[-1]
    assert last.green
    assert (last.ref, last.head) == (name, healer.facts.commits[-1])


@pytest.mark.usefixtures("fixed")
def test_a_run_in_the_middle_of_a_line_is_known_by_what_it_wrote(healer: Healer):
    """Its output cannot be told from that of the others, the branch's newest commit can."""
    name = f"demo.debug_{healer.short}"
    healer.bash(f"bauplan branch create {name} --from-ref {healer.pinned()}")
    run = f"bauplan run --project-dir pipeline --ref {name}"
    healer.bash(f"{run} --dry-run | tail -3; git status --short")
    healer.bash(f"{run} --no-strict; {run} --dry-run")
    assert healer.facts.runs == (), "two runs, and one commit that one of them wrote"
    after = f"bauplan commit {name} --max-count 1; bauplan job ls --kind run --max-count 2"
    healer.bash(f"git status --short; {run} 2>&1 | tail -3; {after}")
    (known,) = healer.facts.runs
    assert known.green
    healer.bash(f"echo {known.job}; false && {run} --no-strict; git log -1")
    assert healer.facts.runs == (known,)


def test_a_run_that_fails_is_not_green(healer: Healer):
    name = f"demo.debug_{healer.short}"
    healer.bash(f"bauplan branch create {name} --from-ref {healer.pinned()}")
    healer.bash(f"bauplan run --project-dir pipeline --ref {name}")
    assert not any(run.green for run in healer.facts.runs)
    assert healer.facts.job == healer.job


def test_commits_and_the_debug_branch_are_read_from_git(healer: Healer, stage: Stage):
    branch = f"debug/bpln_{healer.short}"
    healer.bash(f"git switch -c {branch}")
    assert healer.facts.git_branch == branch
    healer.bash("git commit -m nothing")
    assert healer.facts.commits == ()
    models = stage.repo / "pipeline" / "models.py"
    models.write_text(f"{models.read_text()}# {healer.short}\n")
    healer.bash(f"git commit -am 'Fix (job {healer.job})' | cat")
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=stage.repo, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert healer.facts.commits == (head,)
    again = f"git commit --allow-empty -m 'One (job {healer.job})'"
    healer.bash(f"{again}; {again} | cat; git log -1")
    assert len(set(healer.facts.commits)) == 3
    healer.bash("git switch main; git commit -m nothing")
    assert len(healer.facts.commits) == 3


def test_only_edits_of_the_project_change_the_code(healer: Healer, stage: Stage):
    report = str(stage.repo / "debug" / "summary.md")
    healer.tell("PostToolUse", "Write", {"file_path": report, "content": "x"}, tool_response={})
    assert not healer.facts.code_changed
    models = str(stage.repo / "pipeline" / "models.py")
    change = {"file_path": models, "old_string": "a", "new_string": "b"}
    healer.tell("PostToolUseFailure", "Edit", change, error="not found")
    assert not healer.facts.code_changed
    healer.tell("PostToolUse", "Edit", change, tool_response={"filePath": models})
    assert healer.facts.code_changed


def test_interleaved_sessions_do_not_see_each_others_facts(healer: Healer, stage: Stage):
    other = Healer(stage)
    healer.bash(f"bauplan job get {healer.job}")
    assert other.facts == Facts()
    other.bash(f"bauplan job logs {healer.job}")
    assert healer.facts.jobs_logged == frozenset()


def test_a_conversation_whose_id_changes_keeps_its_facts_by_its_transcript(healer: Healer):
    healer.bash(f"bauplan job get {healer.job}")
    event = Event(
        "claude",
        PROMPT,
        "a-new-id-" + healer.short,
        str(healer.stage.repo),
        transcript_path=f"/transcripts/{healer.id}.jsonl",
    )
    assert session.load(event).facts.jobs_got == {healer.job}
