"""A new expectation is proven by running it: red with the code before the fix, green after it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import Server
from self_heal import prove as proving
from self_heal.commands.prove import prove as command
from self_heal.errors import BadInput
from self_heal.prove import Healing, Result
from tests.support.ledger import remembered

JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HEAD = "from typing import Annotated\n\nimport bauplan\nimport pyarrow as pa\n\n\n"
PROJECT = "project:\n  id: 5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70\n  name: orders\n"

ORDERS = f'''
@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{PYTHON}")
def orders(raw: Annotated[pa.Table, bauplan.Model("shop.raw")]) -> pa.Table:
    """The first model that reads the raw table."""
    return raw
'''
TOTALS = f'''
@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{PYTHON}")
def totals(data: Annotated[pa.Table, bauplan.Model("orders")]) -> pa.Table:
    """The model that crashed."""
    import pyarrow.compute as pc

    return pa.table({{"total": [pc.sum(data["amount"]).as_py()]}})
'''
CAST = (
    "    return raw\n",
    '    return raw.set_column(1, "amount", raw["amount"].cast(pa.float64()))\n',
)


def expectation(name: str, body: str, table: str = "orders") -> str:
    head = f'@bauplan.expectation()\n@bauplan.python("{PYTHON}")\n'
    signature = f'def {name}(data: Annotated[pa.Table, bauplan.Model("{table}")]) -> bool:\n'
    return f"\n\n{head}{signature}    {body}\n"


IDS = expectation("test_ids", 'return data["id"].null_count == 0')
TYPES = expectation("test_types", 'return data.schema.field("amount").type == pa.float64()')


class Repository:
    """A project under git, its files written and committed one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        self.commit("Begin", {"bauplan_project.yml": PROJECT})

    def git(self, *argv: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        done = subprocess.run(
            ["git", *who, *argv], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / "pipeline" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def commit(self, message: str, files: dict[str, str]) -> str:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A pipeline of two models and one expectation, as it was when the job failed."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Repository(folder)
    made.commit("Orders", {"models.py": HEAD + ORDERS + TOTALS, "expectations.py": HEAD + IDS})
    made.git("switch", "-q", "-c", "debug/bpln_3f0c2a9e")
    return made


@pytest.fixture
def pinned(lakehouse: Lakehouse, lakehouse_server: Server) -> str:
    """The state that the job failed on: an import has turned the amounts into text."""
    assert lakehouse_server
    drifted = pa.table({"id": [1, 2], "amount": ["1.5", "2.5"]})
    return f"main@{lakehouse.load_table('shop', 'raw', drifted).hash}"


@pytest.fixture
def report(repository: Repository, pinned: str) -> Path:
    """The job report, which names job and pinned ref."""
    text = (Path(__file__).parent / "reports" / "job.md").read_text()
    text = text.replace(f"demo.dev@{'8d3f' * 16}", pinned)
    path = repository.folder / "debug" / "job" / f"{JOB}.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def fixed(text: str = HEAD + ORDERS + TOTALS) -> dict[str, str]:
    assert CAST[0] in text
    return {"models.py": text.replace(*CAST)}


def healing(repository: Repository) -> Healing:
    return proving.find_healing(repository.folder, "pipeline")


def outcomes(result: Result) -> list[tuple[str, str, str, str]]:
    return [(p.expectation, p.before.outcome, p.after.outcome, p.verdict) for p in result.proofs]


@pytest.mark.usefixtures("report")
def test_a_guard_of_the_first_reader_is_proven(
    repository: Repository, lakehouse: Lakehouse, pinned: str
):
    """Also where the old code crashes further down, and main stays as it was."""
    heads = lakehouse.catalog.branch("main").hash
    repository.commit(f"Cast the amounts (job {JOB})", fixed())
    repository.commit(f"Guard (job {JOB[:8]})", {"expectations.py": HEAD + IDS + TYPES})
    result = proving.prove(healing(repository))
    assert outcomes(result) == [("test_types", "red", "green", "proven")]
    assert result.verdict == "proven"
    assert result.healing.pinned == pinned
    assert lakehouse.catalog.branch("main").hash == heads


@pytest.mark.usefixtures("report")
def test_an_expectation_that_held_before_proves_nothing(repository: Repository):
    repository.commit(f"Cast (job {JOB})", fixed())
    useless = expectation("test_some_rows", "return data.num_rows > 0")
    repository.commit(f"Guard (job {JOB})", {"expectations.py": HEAD + IDS + useless})
    result = proving.prove(healing(repository))
    assert outcomes(result) == [("test_some_rows", "green", "green", "not proven")]
    assert result.verdict == "not proven"


@pytest.mark.usefixtures("report")
def test_an_expectation_that_is_red_with_head_proves_nothing(repository: Repository):
    repository.commit(f"Cast (job {JOB})", fixed())
    wrong = expectation("test_types", 'return data.schema.field("amount").type == pa.int32()')
    repository.commit(f"Guard (job {JOB})", {"expectations.py": HEAD + IDS + wrong})
    assert outcomes(proving.prove(healing(repository))) == [
        ("test_types", "red", "red", "not proven")
    ]


@pytest.mark.usefixtures("report")
def test_where_the_reader_itself_crashed_proof_does_not_apply(repository: Repository):
    crashing = HEAD + ORDERS.replace("    return raw\n", "    return raw['amount'].cast(7)\n")
    repository.commit(f"Snapshot before the fix (job {JOB})", {"models.py": crashing})
    repository.commit(f"Cast (job {JOB})", fixed())
    repository.commit(f"Guard (job {JOB})", {"expectations.py": HEAD + IDS + TYPES})
    result = proving.prove(healing(repository))
    assert outcomes(result) == [("test_types", "not applicable", "green", "not applicable")]
    assert "orders" in result.proofs[0].before.reason
    assert result.verdict == "not applicable"


@pytest.mark.usefixtures("report")
def test_where_the_old_code_cannot_be_planned_proof_does_not_apply(repository: Repository):
    repository.commit(f"Snapshot (job {JOB})", {"models.py": "def broken(:\n"})
    repository.commit(f"Repair (job {JOB})", fixed())
    repository.commit(f"Guard (job {JOB})", {"expectations.py": HEAD + IDS + TYPES})
    result = proving.prove(healing(repository))
    assert result.verdict == "not applicable"
    assert result.proofs[0].before.reason


@pytest.mark.usefixtures("report")
def test_the_snapshot_of_uncommitted_work_is_code_before_the_fix(repository: Repository):
    snapshot = repository.commit(f"Snapshot (job {JOB})", {"models.py": HEAD + ORDERS})
    repository.commit(f"Cast (job {JOB})", fixed(HEAD + ORDERS))
    assert healing(repository).before == snapshot


@pytest.mark.usefixtures("report")
def test_an_expectation_beside_the_models_is_taken_with_all_it_uses(repository: Repository):
    """The fix in the same file must not come along into the run before it."""
    helper = '\nWANTED = {"amount": pa.float64()}\n\n\ndef right(schema: pa.Schema) -> bool:\n'
    helper += "    return all(schema.field(n).type == t for n, t in WANTED.items())\n"
    guard = helper + expectation("test_types", "return right(data.schema)")
    both = fixed()["models.py"] + guard
    repository.commit(f"Cast and guard (job {JOB})", {"models.py": both})
    assert outcomes(proving.prove(healing(repository))) == [
        ("test_types", "red", "green", "proven")
    ]


@pytest.mark.usefixtures("report")
def test_existing_expectations_that_changed_or_went_are_named(repository: Repository):
    other = expectation("test_ids", "return data.num_rows >= 0")
    repository.commit(f"Cast (job {JOB})", fixed())
    repository.commit(f"Guard (job {JOB})", {"expectations.py": HEAD + other + TYPES})
    result = proving.prove(healing(repository))
    assert result.changes.changed == ("test_ids",)
    repository.commit(f"Drop (job {JOB})", {"expectations.py": HEAD + TYPES})
    assert proving.prove(healing(repository)).changes.deleted == ("test_ids",)


@pytest.mark.usefixtures("report")
def test_what_is_not_committed_is_not_proven(repository: Repository):
    repository.commit(f"Cast (job {JOB})", fixed())
    repository.write({"expectations.py": HEAD + IDS + TYPES})
    with pytest.raises(BadInput, match="commit it"):
        proving.prove(healing(repository))


@pytest.mark.usefixtures("report")
def test_a_commit_of_somebody_else_is_no_healing(repository: Repository):
    repository.commit("Cast", fixed())
    with pytest.raises(BadInput, match="lacks the job id"):
        healing(repository)


def test_what_is_not_pinned_needs_a_ref(repository: Repository, report: Path, pinned: str):
    report.write_text(report.read_text().replace(pinned, "not pinned"))
    repository.commit(f"Cast (job {JOB})", fixed())
    with pytest.raises(BadInput, match="--ref"):
        healing(repository)
    assert proving.find_healing(repository.folder, "pipeline", ref=pinned).pinned == pinned


def test_what_is_not_pinned_starts_where_the_session_did(
    repository: Repository,
    report: Path,
    pinned: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """The guard remembers the branch's head that the agent was to work from."""
    report.write_text(report.read_text().replace(pinned, "not pinned"))
    repository.commit(f"Cast (job {JOB})", fixed())
    branch, _, head = pinned.partition("@")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    searched = {"fact": "refs", "rows": {branch: head}, "filter": "", "whole": True}
    found = {"fact": "log", "ref": branch, "only": JOB, "properties": True, "commits": []}
    remembered(tmp_path / "state", repository.folder, JOB, searched, found)
    assert healing(repository).pinned == pinned


@pytest.mark.usefixtures("pinned")
def test_without_a_job_report_nothing_is_guessed(repository: Repository):
    with pytest.raises(BadInput, match="Which job"):
        healing(repository)


@pytest.mark.usefixtures("report")
def test_the_command_prints_json_and_leaves_the_branches(
    repository: Repository, lakehouse: Lakehouse, pinned: str
):
    repository.commit(f"Cast (job {JOB})", fixed())
    repository.commit(f"Guard (job {JOB})", {"expectations.py": HEAD + IDS + TYPES})
    done = CliRunner().invoke(command, ["--json"], catch_exceptions=False)
    printed = json.loads(done.stdout)
    (proof,) = printed["expectations"]
    assert (printed["verdict"], printed["pinned"]) == ("proven", pinned)
    assert proof["before"]["outcome"] == "red"
    assert lakehouse.catalog.branch(proof["before"]["branch"]).hash == pinned.partition("@")[2]
    assert proof["after"]["branch"] == "demo.debug_3f0c2a9e_proof_2"
