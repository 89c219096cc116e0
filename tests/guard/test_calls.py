"""Each tool of the runtime as effects; odd calls are unknown and never an exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_guard import effects as e
from pipeline_guard.calls import effects_of
from pipeline_guard.events import ToolCall


def calls(name: str, cwd: Path | str, /, **arguments: Any) -> list[e.Effect]:
    return effects_of(ToolCall(name, arguments), str(cwd))


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder with one file."""
    (tmp_path / "a.py").write_text("one\ntwo\none\n")
    return tmp_path.resolve()


def test_bash_is_taken_apart(cwd: Path) -> None:
    assert calls("Bash", cwd, command="git log", description="look") == [
        e.RunGit(("log",), str(cwd))
    ]


def test_the_exit_code_of_a_background_call_is_not_seen(cwd: Path) -> None:
    found = calls("Bash", cwd, command="git log", run_in_background=True)
    assert found == [e.RunGit(("log",), str(cwd), certain=False)]


def test_write_tells_the_whole_text(cwd: Path) -> None:
    assert calls("Write", cwd, file_path=str(cwd / "b"), content="x") == [
        e.WritePath(str(cwd / "b"), "Write", "x")
    ]


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        ({"old_string": "two", "new_string": "2"}, "one\n2\none\n"),
        ({"old_string": "one", "new_string": "1", "replace_all": True}, "1\ntwo\n1\n"),
        ({"old_string": "one", "new_string": "1"}, None),
        ({"old_string": "three", "new_string": "3"}, None),
        ({"old_string": "", "new_string": "3"}, None),
    ],
)
def test_an_edit_tells_the_text_after_it(edit: dict[str, Any], text: str | None, cwd: Path) -> None:
    found = calls("Edit", cwd, file_path="a.py", **edit)
    assert found == [e.WritePath(str(cwd / "a.py"), "Edit", text)]


def test_several_edits_follow_each_other(cwd: Path) -> None:
    edits = [
        {"old_string": "two", "new_string": "three"},
        {"old_string": "three", "new_string": "four"},
    ]
    assert calls("MultiEdit", cwd, file_path="a.py", edits=edits) == [
        e.WritePath(str(cwd / "a.py"), "MultiEdit", "one\nfour\none\n")
    ]


def test_an_edit_of_a_file_that_is_no_text_has_no_text(cwd: Path) -> None:
    (cwd / "a.py").write_bytes(b"\xff\xfe")
    edit = {"old_string": "a", "new_string": "b"}
    assert calls("Edit", cwd, file_path="a.py", **edit) == [
        e.WritePath(str(cwd / "a.py"), "Edit", None)
    ]


def test_a_link_is_followed_to_what_it_writes(cwd: Path) -> None:
    (cwd / "link").symlink_to("/etc")
    found = calls("Write", cwd, file_path="link/x", content="")
    assert found == [e.WritePath("/etc/x", "Write", "")]


def test_grep_reads_below_its_folder(cwd: Path) -> None:
    assert calls("Grep", cwd, pattern="x") == [e.ReadPath(str(cwd), recursive=True)]
    assert e.ReadPath(str(cwd / ".env")) in calls("Grep", cwd, pattern="x", glob=".env")


def test_glob_names_its_folder_and_its_pattern(cwd: Path) -> None:
    found = calls("Glob", cwd, pattern="../**/.env")
    assert found == [e.ReadPath(str(cwd)), e.ReadPath(str(cwd.parent / "**" / ".env"))]


@pytest.mark.parametrize(
    ("name", "server", "tool"),
    [
        ("mcp__bauplan__run_query", None, "run_query"),
        ("mcp__bau-plan__merge_branch", None, "merge_branch"),
        ("mcp__plugin_x_Bauplan-MCP__code_run", None, "code_run"),
        ("mcp__other__bauplan", "other", "bauplan"),
    ],
)
def test_the_bauplan_server_is_known_by_its_name(
    name: str, server: str | None, tool: str, cwd: Path
) -> None:
    expected: e.Effect = e.CallBauplanApi(tool, {"a": 1})
    if server:
        expected = e.CallMcp(server, tool, {"a": 1})
    assert calls(name, cwd, a=1) == [expected]


def test_the_other_tools(cwd: Path) -> None:
    assert calls("Read", cwd, file_path="a.py") == [e.ReadPath(str(cwd / "a.py"))]
    hover = {"operation": "hover", "line": 1, "character": 2}
    assert calls("LSP", cwd, filePath="a.py", **hover) == [e.ReadPath(str(cwd / "a.py"))]
    assert calls("WebFetch", cwd, url="https://x/", prompt="p") == [e.FetchUrl("https://x/")]
    assert calls("Agent", cwd, prompt="look", description="d") == [e.StartAgent("look")]
    assert calls("TodoWrite", cwd, todos=[]) == [e.UseTool("TodoWrite")]
    assert calls("NotebookEdit", cwd, notebook_path="n.ipynb") == [
        e.WritePath(str(cwd / "n.ipynb"), "NotebookEdit")
    ]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Bash", {}),
        ("Bash", {"command": 1}),
        ("Bash", {"command": ["git", "push"]}),
        ("Bash", {"command": "ls", "cwd": "/"}),
        ("Write", {"file_path": "a"}),
        ("Write", {"file_path": None, "content": ""}),
        ("Write", {"file_path": "a\0b", "content": ""}),
        ("Edit", {"file_path": "a.py"}),
        ("MultiEdit", {"file_path": "a.py", "edits": [1]}),
        ("Read", {}),
        ("Agent", {}),
        ("Monitor", {"command": "ls"}),
        ("PowerShell", {"command": "ls"}),
        ("EnterWorktree", {}),
        ("", {}),
        ("bash", {"command": "ls"}),
    ],
)
def test_an_odd_call_is_unknown(name: str, arguments: dict[str, Any], cwd: Path) -> None:
    found = effects_of(ToolCall(name, arguments), str(cwd))
    assert [type(f) for f in found] == [e.Unknown]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EnterWorktree", "git switch -c debug/"),
        ("SendMessage", "new Agent"),
        ("ScheduleWakeup", "Nothing has to be waited for"),
        ("Monitor", "Nothing has to be waited for"),
        ("PowerShell", "Use Bash"),
        ("Frobnicate", "Use Bash, Read or Write"),
    ],
)
def test_a_tool_that_is_none_of_the_skills_is_told_what_is(
    name: str, words: str, cwd: Path
) -> None:
    (found,) = effects_of(ToolCall(name, {}), str(cwd))
    assert isinstance(found, e.Unknown)
    assert words in found.instead


def test_without_a_folder_nothing_is_known() -> None:
    assert isinstance(calls("Bash", "", command="ls")[0], e.Unknown)


_NAMES = st.sampled_from(
    [
        "Bash",
        "Write",
        "Edit",
        "MultiEdit",
        "Read",
        "Glob",
        "Grep",
        "LS",
        "WebFetch",
        "Agent",
        "mcp__",
    ]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_KEYS = st.sampled_from(
    ["command", "file_path", "content", "edits", "old_string", "new_string", "path", "pattern", "x"]
)


@given(name=_NAMES, arguments=st.dictionaries(_KEYS, _VALUES) | _VALUES)
def test_no_call_raises(name: str, arguments: Any) -> None:
    assert effects_of(ToolCall(name, arguments), "/tmp")
