"""A patch is taken apart into the files it writes, moves and deletes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_guard import calls, patches
from pipeline_guard.effects import DeletePath, Unknown, WritePath
from pipeline_guard.events import ToolCall


def effects(folder: Path, *lines: str) -> list[object]:
    patch = "\n".join(("*** Begin Patch", *lines, "*** End Patch"))
    return list(calls.effects_of(ToolCall("apply_patch", {"patch": patch}), str(folder)))


def test_each_file_of_a_patch_is_an_effect_of_its_own(tmp_path: Path):
    (tmp_path / "a.py").write_text("one\ntwo\nthree\n")
    (tmp_path / "b.py").write_text("x\n")
    found = effects(
        tmp_path,
        "*** Add File: new/c.md",
        "+hello",
        "+",
        "*** Update File: a.py",
        "@@",
        " one",
        "-two",
        "+2",
        "*** Delete File: ../elsewhere",
        "*** Update File: b.py",
        "*** Move to: d.py",
        "@@",
        "-x",
        "+y",
    )
    assert found == [
        WritePath(str(tmp_path / "new/c.md"), "Write", "hello\n\n"),
        WritePath(str(tmp_path / "a.py"), "Edit", "one\n2\nthree\n"),
        DeletePath(str(tmp_path.parent / "elsewhere")),
        DeletePath(str(tmp_path / "b.py")),
        WritePath(str(tmp_path / "d.py"), "Write", "y\n"),
    ]


def test_chunks_that_do_not_fit_exactly_leave_the_content_unknown(tmp_path: Path):
    """The program that applies the patch tries looser ways then."""
    (tmp_path / "a.py").write_text("one\n")
    found = effects(tmp_path, "*** Update File: a.py", "@@", "-one ", "+1")
    assert found == [WritePath(str(tmp_path / "a.py"), "Edit", None)]


def test_a_file_below_a_link_is_the_file_it_leads_to(tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    found = effects(tmp_path, "*** Add File: link/a.md", "+x")
    assert found == [WritePath(str(tmp_path / "outside/a.md"), "Write", "x\n")]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("+x",),
        ("*** Add File: a", "x"),
        ("*** Add File: ", "+x"),
        ("*** Add File: a", "+x", "  *** Delete File: b"),
        ("*** Delete File: a", "-x"),
        ("*** Update File: a", "@@", "?x"),
        ("*** Update File: a", "@@ x", "@@ y", "-a"),
        ("*** Update File: a", "@@", "-a", "*** End of File", "-b"),
        ("*** Environment ID: x", "*** Add File: a", "+x"),
        ("*** Rename File: a",),
    ],
)
def test_what_does_not_follow_the_format_is_unknown(tmp_path: Path, lines: tuple[str, ...]):
    assert [type(effect) for effect in effects(tmp_path, *lines)] == [Unknown]


LINE = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)


@settings(max_examples=60)
@given(st.lists(LINE, max_size=12), st.lists(LINE, max_size=12))
def test_replacing_a_whole_file_gives_the_new_one(before: list[str], after: list[str]):
    body = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    old = "".join(f"{line}\n" for line in before)
    new = "".join(f"{line}\n" for line in after)
    assert patches.updated(old, ["@@", *body]) == new
