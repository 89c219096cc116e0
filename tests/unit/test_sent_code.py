"""Without git: the files that ran in the place of those on disk, and what the summary says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_guard import reports
from pipeline_guard.project import sent
from pipeline_guard.reports import Known
from tests.unit.test_reports import CONDITIONS, FIX, PATHS, TEXTS

MODEL = """\
import bauplan


@bauplan.model()
@bauplan.python("3.11")
def flights(data=bauplan.Model("nyc.flights")):
    return data
"""
EXPECTATION = """\
import bauplan


@bauplan.expectation()
@bauplan.python("3.11")
def test_rows(data=bauplan.Model("flights")):
    assert data.num_rows > {least}
    return True
"""
FIXED = MODEL.replace("return data", 'return data.drop_columns(["x"])')
DIFF = """\
--- a/models.py
+++ b/models.py
@@ -6,2 +6,2 @@
 def flights(data=bauplan.Model("nyc.flights")):
-    return data
+    return data.drop_columns(["x"])
"""
BEST_EFFORT = "Best-effort — data ref pinned ✅, code is unversioned ❌."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project on disk, with the reports of its healing beside it."""
    folder = tmp_path / "pipeline"
    folder.mkdir()
    (folder / "bauplan_project.yml").write_text("project:\n  id: 1\n  name: x\n")
    (folder / "models.py").write_text(MODEL)
    (folder / "expectations.py").write_text(EXPECTATION.format(least=0))
    (folder / ".venv").mkdir()
    (folder / ".venv" / "other.py").write_text("x = 1\n")
    for kind, path in PATHS.items():
        target = tmp_path / "debug" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((TEXTS / f"{kind}.md").read_text())
    return folder


def problems(project: Path, fixes: str, **files: str) -> list[str]:
    """What is wrong with a summary that says this of a rerun that was sent these files."""
    path = project.parent / "debug" / "summary.md"
    text = (TEXTS / "summary.md").read_text()
    path.write_text(text.replace(FIX, fixes).replace(CONDITIONS, BEST_EFFORT))
    named = {name.replace("__", "."): text for name, text in files.items()}
    known = Known(project=str(project), sent=named)
    return [problem.missing for problem in reports.check_summary(str(path), known=known)]


def told(diff: str) -> str:
    return f"Code provenance: unversioned.\n\n```diff\n{diff}```"


def test_a_diff_of_what_was_sent_is_complete(project: Path) -> None:
    """In the form that git applies, with the lines around the change."""
    assert problems(project, told(DIFF), models__py=FIXED) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('+    return data.drop_columns(["x"])\n', ""),
        ("-    return data\n", ""),
        ('+    return data.drop_columns(["x"])', '+    return data.drop_columns(["y"])'),
        ("-    return data\n", "+    return data\n"),
    ],
    ids=["nothing added", "nothing removed", "another line", "another sign"],
)
def test_a_line_that_the_diff_lacks_is_named(project: Path, old: str, new: str) -> None:
    """A person who applies the diff has to get what was green."""
    assert old in DIFF
    (words,) = problems(project, told(DIFF.replace(old, new)), models__py=FIXED)
    assert "the diff lacks a line of what the last rerun was sent: `" in words


def test_a_new_file_belongs_to_the_diff(project: Path) -> None:
    """Every line of it."""
    (words,) = problems(project, told(DIFF), models__py=FIXED, late__sql="SELECT 1 AS a\n")
    assert "`+SELECT 1 AS a`" in words


def test_a_weaker_expectation_has_to_be_named(project: Path) -> None:
    """As where there is git."""
    weaker = EXPECTATION.format(least=-1)
    diff = "-    assert data.num_rows > 0\n+    assert data.num_rows > -1\n"
    (words,) = problems(project, told(diff), expectations__py=weaker)
    assert "the expectation `test_rows` was changed" in words


def test_nothing_was_changed_is_not_said_of_a_change(project: Path) -> None:
    """Unless the last rerun was sent what is on disk."""
    (words,) = problems(project, "Nothing was changed.", models__py=FIXED)
    assert "the last rerun was sent a change" in words
    assert problems(project, "Nothing was changed.") == []


def test_what_differs_from_the_disk_is_known(project: Path) -> None:
    """A file that is sent as it is counts as no change; hidden folders are not sent."""
    given = {"models.py": FIXED, "expectations.py": EXPECTATION.format(least=0)}
    assert sent.changed(str(project), given) == {"models.py": FIXED}
    names = [name for name, _ in sent.on_disk(str(project))]
    assert names == ["bauplan_project.yml", "expectations.py", "models.py"]
