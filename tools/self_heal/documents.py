"""The `bauplan` commands that a Markdown document shows.

A command stands on a line of its own in a shell fence, or in a code span. A line that carries ❌
shows a wrong one on purpose. A span that only names a command (`bauplan job get`) is a mention.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from self_heal import shell_text

WRONG = "❌"
_SHELLS = ("", "bash", "sh", "shell", "console")
_PLACEHOLDER = re.compile(r"<([a-z_ ]+)>")


class Shown(NamedTuple):
    """One command as it is written, `<placeholders>` and all; `line` counts from 1.

    `mention` is True for a code span without any argument.
    """

    line: int
    text: str
    mention: bool


def commands(source: str, program: str = "bauplan") -> Iterator[Shown]:
    """All commands of `program` that the document shows as right."""
    lines = source.splitlines()
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        for shown in _of_token(token, program):
            if WRONG not in lines[shown.line - 1]:
                yield shown


def placeholders(text: str) -> list[str]:
    """The names in angle brackets."""
    return _PLACEHOLDER.findall(text)


def fill(text: str, values: Mapping[str, str]) -> list[str]:
    """The words of a command with its placeholders filled in; a name without a value fails."""
    return shlex.split(_PLACEHOLDER.sub(lambda match: values[match.group(1)], text), comments=True)


def _of_token(token: Token, program: str) -> Iterator[Shown]:
    if token.type == "inline":
        return _spans(token, program)
    if token.type in ("fence", "code_block") and token.info.strip() in _SHELLS:
        return _lines(token, program)
    return iter(())


def _spans(token: Token, program: str) -> Iterator[Shown]:
    line = (token.map or [0])[0] + 1
    for child in token.children or []:
        if child.type == "softbreak":
            line += 1
        elif child.type == "code_inline" and _begins(child.content, program):
            yield Shown(line, child.content, _is_name(child.content))


def _lines(token: Token, program: str) -> Iterator[Shown]:
    first = (token.map or [0])[0] + (2 if token.type == "fence" else 1)
    for offset, whole in _whole_lines(token.content.splitlines()):
        for part in shell_text.simple_commands(whole):
            text = shell_text.invocation(part, program)
            if text:
                yield Shown(first + offset, text, False)


def _whole_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(index of its first line, text) of each line with those that it is continued on."""
    start, whole = 0, ""
    for index, line in enumerate(lines):
        start, whole = (start, f"{whole}\n{line}") if whole else (index, line)
        if not shell_text.is_open(whole) or index == len(lines) - 1:
            yield start, whole
            whole = ""


def _begins(text: str, program: str) -> bool:
    return text == program or text.startswith(f"{program} ")


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[a-z -]+", text) is not None and " -" not in text
