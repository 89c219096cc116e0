"""Two spellings of one file give one path."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_guard import paths, spelling


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file, a link to a folder outside of it, and a home."""
    root = tmp_path.resolve()
    (root / "work" / "debug").mkdir(parents=True)
    (root / "else" / "deep").mkdir(parents=True)
    (root / "home").mkdir()
    (root / "work" / "link").symlink_to(root / "else" / "deep")
    monkeypatch.setenv("HOME", str(root / "home"))
    return root


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a", "work/a"),
        ("./a", "work/a"),
        ("debug/../a", "work/a"),
        ("debug//a/", "work/debug/a"),
        ("../a", "a"),
        ("link/a", "else/deep/a"),
        ("link/../a", "else/a"),
        ("none/../a", "work/a"),
        ("none/deeper/a", "work/none/deeper/a"),
        ("~/a", "home/a"),
        ("~", "home"),
        ("/proc/self/cwd/a", "work/a"),
        ("/proc/./self//cwd/a", "work/a"),
        ("/proc/1/../self/cwd/../a", "a"),
        ("/proc/thread-self/cwd", "work"),
    ],
)
def test_a_path_ends_where_the_system_would_open_it(
    written: str, expected: str, folder: Path
) -> None:
    assert paths.real(written, str(folder / "work")) == str(folder / expected)


def test_the_root_by_way_of_proc_is_the_root(folder: Path) -> None:
    assert paths.real(f"/proc/self/root{folder}/a", "/") == str(folder / "a")


def test_a_tilde_that_the_shell_left_is_a_plain_name(folder: Path) -> None:
    assert paths.opened("~/a", str(folder / "work")) == str(folder / "work" / "~" / "a")


def test_a_link_that_leads_to_itself_is_still_a_path(folder: Path) -> None:
    (folder / "work" / "loop").symlink_to("loop")
    assert paths.real("loop/a", str(folder / "work")).startswith(str(folder))


@pytest.mark.parametrize("stream", ["/dev/null", "/dev/stderr", "/dev/fd/1", "/dev/../dev/null"])
def test_a_standard_stream_is_no_file(stream: str) -> None:
    assert paths.is_no_file(stream, "/")


@pytest.mark.parametrize("file", ["/dev/sda", "dev/null", "/dev/null/../a", "/dev/fd/7"])
def test_other_devices_are_files(file: str) -> None:
    assert not paths.is_no_file(file, "/tmp")


def test_names_on_disk_are_found_in_any_case(folder: Path) -> None:
    """What a file system that folds case does with a path: the name that is stored counts."""
    names = [path.name for path in (folder / "work").iterdir()]
    there = spelling.respelled(str(folder / "work" / "DEBUG" / "New.md"))
    assert there == str(folder / "work" / "debug" / "New.md")
    assert spelling.stored("DEBUG", names) == "debug"
    assert spelling.stored("debug", names) == "debug"
    assert spelling.stored("Other", names) == "Other"
    assert spelling.stored("CAFE\u0301", ["caf\u00e9"]) == "caf\u00e9"
