"""Finding the program's commands in shell text as documents show it."""

from __future__ import annotations

import pytest

from self_heal import shell_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a && b || c; d | e", ["a", "b", "c", "d", "e"]),
        ("a 'x; y' \"z | w\"", ["a 'x; y' \"z | w\""]),
        ("a # b; c\nd", ["a", "d"]),
        ("a x#y '# z'", ["a x#y '# z'"]),
        ("a \\\n  --b", ["a    --b"]),
        ('a "it\'s \\"b\\"; c" ; d', ['a "it\'s \\"b\\"; c"', "d"]),
        ("x=$(a b) && (c)", ["x=$", "a b", "c"]),
    ],
)
def test_takes_a_line_apart_outside_quotes(text: str, parts: list[str]):
    assert [part for part in shell_text.simple_commands(text) if part] == parts


@pytest.mark.parametrize(
    "text",
    [
        "bauplan info",
        "$ bauplan info",
        "./.venv/bin/bauplan info",
        "uv run --no-sync bauplan info",
        "TZ=UTC timeout 20 bauplan info",
        "then bauplan info",
    ],
)
def test_finds_the_program_behind_what_only_starts_it(text: str):
    assert shell_text.invocation(text, "bauplan") == "bauplan info"


@pytest.mark.parametrize("text", ["pip install bauplan", "echo bauplan info", "bauplanner x", ""])
def test_leaves_other_programs_alone(text: str):
    assert shell_text.invocation(text, "bauplan") == ""


@pytest.mark.parametrize(
    ("text", "is_open"),
    [('a "b', True), ("a 'b\\'", False), ("a \\", True), ("a 'b' \"c\"", False)],
)
def test_knows_when_a_line_goes_on(text: str, is_open: bool):
    assert shell_text.is_open(text) is is_open
