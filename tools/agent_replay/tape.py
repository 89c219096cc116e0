"""The guard's own questions: the read-only commands that it runs while it judges.

A recording keeps each with its answer. Judged again without a lakehouse, the guard gets these
answers; a question that is not on the tape fails, so that the guard refuses and the turn shows.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from agent_replay.packing import packed, unpacked
from agent_replay.transcript import Question

VERSION = "--version"
"""Asked of `bauplan` once and remembered by the guard: it is in the header, not on the tape."""
_RUN = subprocess.run
_ERRORS = "surrogateescape"


def _command(words: Sequence[Any]) -> tuple[str, ...]:
    """The command with its program's bare name: where it is installed makes no difference."""
    return (PurePath(words[0]).name, *map(str, words[1:]))


def _question(command: tuple[str, ...], exit_code: int, output: str | bytes) -> Question:
    data = output.encode("utf-8", _ERRORS) if isinstance(output, str) else output
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0\0"
    if "\0\0" not in text:
        return Question(command=command, exit_code=exit_code, text=text)
    return Question(command=command, exit_code=exit_code, packed=packed(data))


def _answer(question: Question) -> bytes:
    if question.packed:
        return unpacked(question.packed)
    return question.text.encode("utf-8", _ERRORS)


@contextmanager
def recorded() -> Iterator[list[Question]]:
    """Collect the questions that are asked meanwhile; each is really run."""
    questions: list[Question] = []

    def run(words: Sequence[Any], **options: Any) -> subprocess.CompletedProcess[Any]:
        done = _RUN(words, **options)
        command = _command(words)
        if VERSION not in command:
            questions.append(_question(command, done.returncode, done.stdout or ""))
        return done

    with _instead(run):
        yield questions


@contextmanager
def answered(questions: Sequence[Question]) -> Iterator[list[str]]:
    """Answer from a tape; the same question asked again takes its next answer, then its last.

    Gives the questions that had no answer.
    """
    left = list(questions)
    missing: list[str] = []

    def run(words: Sequence[Any], **options: Any) -> subprocess.CompletedProcess[Any]:
        command = _command(words)
        found = next((question for question in left if question.command == command), None)
        if found is None:
            missing.append(" ".join(command))
            raise OSError(f"`{' '.join(command)}` was not asked in the recorded session")
        if sum(question.command == command for question in left) > 1:
            left.remove(found)
        data = _answer(found)
        output = data.decode("utf-8", _ERRORS) if options.get("text") else data
        return subprocess.CompletedProcess(words, found.exit_code, output, output[:0])

    with _instead(run):
        yield missing


@contextmanager
def _instead(run: Any) -> Iterator[None]:
    """The engine asks through `subprocess.run` only, and in this thread."""
    subprocess.run = run
    try:
        yield
    finally:
        subprocess.run = _RUN
