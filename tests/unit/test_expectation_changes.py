"""An expectation that was weakened, replaced or dropped while healing is found, and only that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline_guard import reports
from pipeline_guard.project import healing_code
from pipeline_guard.project.expectation_changes import Changes, compare
from pipeline_guard.reports import Known

HEAD = "import bauplan\nfrom helpers import floor\n\nLIMIT = 10\nOTHER = 1\n\n\n"
RIGHT = "def right(data):\n    return data.num_rows > LIMIT\n\n\n"
GUARD = '''@bauplan.expectation()
@bauplan.python("3.11")
def test_rows(data=bauplan.Model("orders")):
    """Enough rows."""
    # all of them
    return right(data) and floor(data)


'''
HELPERS = "def floor(data):\n    return data.num_rows >= 0\n"
TEXT = HEAD + RIGHT + GUARD


def project(folder: Path, text: str = TEXT, helpers: str = HELPERS, file: str = "expectations.py"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    (folder / "helpers.py").write_text(helpers)
    return str(folder)


SAME = {
    "another docstring": TEXT.replace("Enough rows.", "At least eleven."),
    "another comment": TEXT.replace("# all of them", "# each"),
    "another order": HEAD + GUARD + RIGHT,
    "another Python": TEXT.replace('"3.11"', '"3.12"'),
    "another constant that it does not use": TEXT.replace("OTHER = 1", "OTHER = 2"),
    "other layout": TEXT.replace(
        "return right(data) and floor(data)", "return (right(data)\n        and floor(data))"
    ),
}
WEAKER = {
    "a lower limit": TEXT.replace("LIMIT = 10", "LIMIT = 0"),
    "a helper that always holds": TEXT.replace("data.num_rows > LIMIT", "True"),
    "a limit that is lowered afterwards": TEXT.replace("OTHER = 1", "LIMIT -= 9"),
    "a limit that depends": TEXT.replace("OTHER = 1", "if OTHER:\n    LIMIT = 0"),
    "an early return": TEXT.replace("    # all of them", "    return True"),
    "fewer rows asked": TEXT.replace('Model("orders")', 'Model("orders", filter="id > 5")'),
    "another table": TEXT.replace('Model("orders")', 'Model("totals")'),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_what_does_not_change_the_answer_is_no_change(tmp_path: Path, text: str):
    old, new = project(tmp_path / "old"), project(tmp_path / "new", text)
    assert compare(old, new) == Changes((), (), ())


@pytest.mark.parametrize("text", WEAKER.values(), ids=WEAKER)
def test_what_may_weaken_it_is_a_change(tmp_path: Path, text: str):
    old, new = project(tmp_path / "old"), project(tmp_path / "new", text)
    assert compare(old, new) == Changes((), ("test_rows",), ())


def test_a_module_of_the_project_that_it_uses_counts(tmp_path: Path):
    old = project(tmp_path / "old")
    new = project(tmp_path / "new", helpers=HELPERS.replace(">= 0", ">= -1"))
    assert compare(old, new).changed == ("test_rows",)


def test_a_module_that_is_imported_with_a_star_counts(tmp_path: Path):
    text = TEXT.replace("import floor", "import *")
    old = project(tmp_path / "old", text)
    new = project(tmp_path / "new", text, helpers=HELPERS.replace(">= 0", ">= -1"))
    assert compare(old, new).changed == ("test_rows",)


def test_another_file_is_no_change(tmp_path: Path):
    old, new = project(tmp_path / "old"), project(tmp_path / "new", file="checks.py")
    assert compare(old, new) == Changes((), (), ())


@pytest.mark.parametrize(
    "text",
    [HEAD + RIGHT, TEXT.replace("@bauplan.expectation()\n", ""), "def broken(:\n"],
    ids=["removed", "without its decorator", "a file that cannot be read"],
)
def test_what_no_longer_runs_is_deleted(tmp_path: Path, text: str):
    old, new = project(tmp_path / "old"), project(tmp_path / "new", text)
    assert compare(old, new) == Changes((), (), ("test_rows",))


def test_another_name_is_one_that_went_and_one_that_came(tmp_path: Path):
    old = project(tmp_path / "old")
    new = project(tmp_path / "new", TEXT.replace("test_rows", "test_count"))
    assert compare(old, new) == Changes(("test_count",), (), ("test_rows",))


JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
TEXTS = Path(__file__).parent / "reports"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A healing that lowered an existing expectation's limit, with its reports."""

    def git(*words: str) -> str:
        who = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
        done = subprocess.run([*who, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    project(tmp_path / "pipeline")
    git("add", "-A")
    git("commit", "-q", "-m", "Orders")
    project(tmp_path / "pipeline", WEAKER["a lower limit"])
    git("commit", "-q", "-a", "-m", f"Lower the limit (job {JOB})")
    commit = git("rev-parse", "--short", "HEAD")
    (tmp_path / "debug" / "job").mkdir(parents=True)
    (tmp_path / "debug" / "job" / f"{JOB}.md").write_text((TEXTS / "job.md").read_text())
    summary = (TEXTS / "summary.md").read_text().replace("a1b2c3d", commit)
    (tmp_path / "debug" / "summary.md").write_text(summary)
    return tmp_path


def check(repository: Path) -> list[str]:
    known = Known(repo=str(repository), project=str(repository / "pipeline"))
    found = reports.check_summary(str(repository / "debug" / "summary.md"), known=known)
    return [problem.missing for problem in found]


def test_a_weakened_expectation_must_be_justified_in_the_summary(repository: Path):
    assert check(repository) == ["the expectation `test_rows` was changed: name it and say why"]
    path = repository / "debug" / "summary.md"
    why = "`test_rows` was lowered: the shop is closed on Sundays.\n\n## Rerun"
    path.write_text(path.read_text().replace("## Rerun", why))
    assert check(repository) == []


def test_without_a_commit_of_the_healing_nothing_is_blamed(repository: Path):
    where = str(repository)
    assert healing_code.first_commit(where, ("77aa77aa",)) == ""
    assert healing_code.changes(where, f"{where}/pipeline", ("77aa77aa",)) == Changes((), (), ())
