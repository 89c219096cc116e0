"""Mutants of a transcript: one small change each, as if the agent or the platform had done other.

A change that is only to what may differ (an id inside a result) is no mutant.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from agent_replay.normalise import plain, tokens
from agent_replay.transcript import Transcript, Turn

Turns = list[Turn]
Change = Callable[[Turns, int], tuple[Turns, str] | None]
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
        changed = KINDS[kind](list(transcript.turns), number)
        if changed is not None:
            turns, how = changed
            yield Mutant(kind, number, how, transcript.model_copy(update={"turns": tuple(turns)}))


def _drop(turns: Turns, number: int) -> tuple[Turns, str] | None:
    """The call was not made; what the person typed before it stays."""
    gone = turns.pop(number)
    if gone.prompt:
        return None
    return turns, _shown(gone)


def _swap(turns: Turns, number: int) -> tuple[Turns, str] | None:
    if number + 1 >= len(turns) or turns[number].prompt:
        return None
    turns[number : number + 2] = turns[number + 1], turns[number]
    return turns, f"{_shown(turns[number + 1])} after {_shown(turns[number])}"


def _in_command(form: re.Pattern[str], new: Callable[[str], str]) -> Change:
    def change(turns: Turns, number: int) -> tuple[Turns, str] | None:
        command = turns[number].call.input.get("command", "")
        match = form.search(command)
        if match is None:
            return None
        other = f"{command[: match.start()]}{new(match[0])}{command[match.end() :]}"
        return _with_input(turns, number, {"command": other}), other

    return change


def _path(turns: Turns, number: int) -> tuple[Turns, str] | None:
    path = turns[number].call.input.get("file_path")
    if path is None:
        return None
    folder, _, name = str(path).rpartition("/")
    other = f"{folder}/other_{name}".lstrip("/")
    return _with_input(turns, number, {"file_path": other}), other


def _result(turns: Turns, number: int) -> tuple[Turns, str] | None:
    """One word of the result is another one: the first that is compared at all."""
    result = turns[number].result
    if result is None:
        return None
    parts = list(tokens(result.text))
    for index, part in enumerate(parts):
        match = re.search(r"[A-Za-z]{3,}", part.text) if not part.kind else None
        if match:
            parts[index] = part._replace(text=part.text.replace(match[0], match[0][::-1] + "x", 1))
            text = "".join(part.text for part in parts)
            turns[number] = turns[number].model_copy(
                update={"result": result.model_copy(update={"text": text})}
            )
            return (
                (turns, f"{match[0]} in the result") if plain(text) != plain(result.text) else None
            )
    return None


def _with_input(turns: Turns, number: int, changed: dict[str, str]) -> Turns:
    turn = turns[number]
    call = turn.call.model_copy(update={"input": {**turn.call.input, **changed}})
    turns[number] = turn.model_copy(update={"call": call})
    return turns


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
