"""Mutants of a transcript: one small change each, as if the agent or the platform had done other.

A change that is only to what may differ (an id inside a result) is no mutant.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from agent_replay.normalise import plain
from agent_replay.transcript import Transcript, Turn

Turns = tuple[Turn, ...]
Changes = Iterator[tuple[Turns, str]]
Change = Callable[[Turns, int], Changes]
_WORD = re.compile(r"(?<![\w-])[A-Za-z]{3,}(?![\w-])")
_WORDS = 5
_FLAG = re.compile(r"(?<= )--?[a-z][a-z-]*")
_REF = re.compile(r"(?<=[@ ])(?:[0-9a-f]{64}|demo\.\w+|debug/bpln_\w+)")


class Mutant(NamedTuple):
    """A changed transcript: what was changed, in which turn (from 0), how."""

    kind: str
    turn: int
    how: str
    transcript: Transcript


def mutants(transcript: Transcript, count: int, seed: int) -> list[Mutant]:
    """`count` different mutants, drawn evenly over the kinds; the same for the same seed."""
    chance = random.Random(seed)
    pools = [list(_of_kind(transcript, kind)) for kind in KINDS]
    for pool in pools:
        chance.shuffle(pool)
    drawn: list[Mutant] = []
    while len(drawn) < count and any(pools):
        drawn += [pool.pop() for pool in pools if pool][: count - len(drawn)]
    return sorted(drawn, key=lambda mutant: mutant.turn)


def _of_kind(transcript: Transcript, kind: str) -> Iterator[Mutant]:
    for number in range(len(transcript.turns)):
        for turns, how in KINDS[kind](transcript.turns, number):
            yield Mutant(kind, number, how, transcript.model_copy(update={"turns": tuple(turns)}))


def _drop(turns: Turns, number: int) -> Changes:
    """The call was not made; one that follows the person's words stays."""
    if not turns[number].prompt:
        yield (*turns[:number], *turns[number + 1 :]), _shown(turns[number])


def _swap(turns: Turns, number: int) -> Changes:
    """The call was made after one of the next two."""
    for other in range(number + 1, min(number + 3, len(turns))):
        if not turns[number].prompt:
            changed = list(turns)
            changed[number], changed[other] = changed[other], changed[number]
            yield tuple(changed), f"{_shown(turns[other])} before {_shown(turns[number])}"


def _in_command(form: re.Pattern[str], new: Callable[[str], str]) -> Change:
    """Each place in a command that has a form is another one."""

    def change(turns: Turns, number: int) -> Changes:
        command = str(turns[number].call.input.get("command", ""))
        for match in form.finditer(command):
            other = f"{command[: match.start()]}{new(match[0])}{command[match.end() :]}"
            yield _with_input(turns, number, {"command": other}), other

    return change


def _path(turns: Turns, number: int) -> Changes:
    """Another name, and another folder."""
    path = turns[number].call.input.get("file_path")
    if path is None:
        return
    folder, slash, name = str(path).rpartition("/")
    for other in (f"{folder}{slash}other_{name}", f"{folder}{slash}other/{name}"):
        yield _with_input(turns, number, {"file_path": other}), other


def _result(turns: Turns, number: int) -> Changes:
    """One of the first words of the result is another one; ids and times are no words."""
    result = turns[number].result
    if result is None:
        return
    for match in islice(_WORD.finditer(result.text), _WORDS):
        text = f"{result.text[: match.start()]}{match[0][::-1]}x{result.text[match.end() :]}"
        if plain(text) != plain(result.text):
            other = turns[number].model_copy(
                update={"result": result.model_copy(update={"text": text})}
            )
            yield (*turns[:number], other, *turns[number + 1 :]), f"{match[0]} in the result"


def _with_input(turns: Turns, number: int, changed: dict[str, str]) -> Turns:
    turn = turns[number]
    call = turn.call.model_copy(update={"input": {**turn.call.input, **changed}})
    return (*turns[:number], turn.model_copy(update={"call": call}), *turns[number + 1 :])


def _shown(turn: Turn) -> str:
    arguments = turn.call.input
    what = arguments.get("command") or arguments.get("file_path") or ""
    return f"{turn.call.tool} {what}"[:90]


def _other_ref(ref: str) -> str:
    return ref[:-1] + ("0" if ref[-1] != "0" else "1")


KINDS: dict[str, Change] = {
    "drop a call": _drop,
    "swap two": _swap,
    "change a flag": _in_command(_FLAG, lambda flag: f"{flag}x"),
    "change a ref": _in_command(_REF, _other_ref),
    "change a path": _path,
    "change a result": _result,
}
