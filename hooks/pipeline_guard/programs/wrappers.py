"""Programs that run other programs: an argv -> the argvs, or the shell texts, inside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline_guard.effects import (
    Effect,
    ReadVariable,
    RunProgram,
    SetVariable,
    Unknown,
)
from pipeline_guard.programs import argv as programs
from pipeline_guard.programs.launchers import LAUNCHERS
from pipeline_guard.programs.peeled import Options, Peeled, options, skip, unknown
from pipeline_guard.programs.unsure import Unsure

_SIMPLE: dict[str, tuple[Options, int]] = {
    # name: (options, operands before the inner command)
    "nohup": (options(), 0),
    "time": (options("-p"), 0),
    "nice": (options("", "-n --adjustment", "--adjustment= -n -"), 0),
    "ionice": (options("-t", "-c -n", "-c -n"), 0),
    "stdbuf": (options("", "-i -o -e", "-i -o -e --input= --output= --error="), 0),
    "setsid": (options("-c -f -w --ctty --fork --wait"), 0),
    "timeout": (
        options(
            "--preserve-status --foreground -v --verbose",
            "-s -k --signal --kill-after",
            "-s -k --signal= --kill-after=",
        ),
        1,
    ),
    "builtin": (options(), 0),
    "busybox": (options(), 0),
    "sudo": (options("-n -E -H -S -k", "-u -g -D"), 0),
    "doas": (options("-n", "-u"), 0),
}


def peel(argv: Sequence[str], cwd: str) -> Peeled | None:
    """What is inside this command, or None where it wraps nothing."""
    name = programs.name_of(argv[0], cwd)
    if name in _SIMPLE:
        return _peel_simple(name, argv)
    peeler = _PEELERS.get(name)
    return peeler(argv, cwd) if peeler else None


def _peel_simple(name: str, argv: Sequence[str]) -> Peeled:
    known, operands = _SIMPLE[name]
    skipped = skip(argv[1:], known)
    if skipped is None or len(skipped[1]) <= operands:
        return unknown(argv, f"this use of {name} is not followed")
    rest = skipped[1]
    if any(isinstance(operand, Unsure) for operand in rest[: operands + 1]):
        return unknown(argv, "the program it runs is not known")
    if name == "time" and "=" in rest[0]:
        return unknown(argv, "time is a word of the shell's grammar here", "Leave time out.")
    return Peeled(
        (rest[operands:],),
        _own_effects(name, argv),
        certain=name not in ("setsid", "sudo", "doas"),
        in_shell=name == "builtin",
        maybe_in_shell=name == "time",
    )


def _own_effects(name: str, argv: Sequence[str]) -> tuple[Effect, ...]:
    if name in ("sudo", "doas"):
        what = " ".join(argv)[:120]
        return (Unknown(what, "it runs as another user", "Run it without " + name + "."),)
    return ()


def _env(argv: Sequence[str], cwd: str) -> Peeled:
    """`env A=1 b`: sets variables for one program; alone it prints the environment."""
    del cwd
    rest, effects = list(argv[1:]), list[Effect]()
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-u", "--unset") and rest:
            effects.append(SetVariable(rest.pop(0), None, True))
        elif option.startswith("--unset="):
            effects.append(SetVariable(option[8:], None, True))
        elif option in ("-0", "--null"):
            continue
        elif option == "--":
            break
        else:
            return unknown(argv, f"env {option} is not followed", "Run the program without env.")
    while rest and "=" in rest[0]:
        name, _, text = rest[0].partition("=")
        effects.append(SetVariable(name, None if isinstance(rest.pop(0), Unsure) else text, True))
    if not rest:
        return Peeled(effects=(*effects, ReadVariable("*")))
    if isinstance(rest[0], Unsure):
        return unknown(argv, "the program it runs is not known")
    return Peeled((rest,), tuple(effects))


def _command(argv: Sequence[str], cwd: str) -> Peeled:
    """`command b` runs b; `command -v b` only tells where it is."""
    rest = list(argv[1:])
    if rest and rest[0] in ("-v", "-V"):
        return Peeled(effects=(RunProgram(tuple(argv), cwd, reads_only=True),))
    if rest and rest[0] in ("-p", "--"):
        rest.pop(0)
    if not rest or rest[0].startswith("-") or isinstance(rest[0], Unsure):
        return unknown(argv, "this use of command is not followed")
    return Peeled((rest,), in_shell=True)


def _exec(argv: Sequence[str], cwd: str) -> Peeled:
    """`exec b` ends the shell in b; without a program it redirects all that follows."""
    del cwd
    if len(argv) < 2 or argv[1].startswith("-") or isinstance(argv[1], Unsure):
        return unknown(argv, "it redirects all that follows, or renames the program")
    return Peeled((argv[1:],))


_PEELERS: dict[str, Callable[[Sequence[str], str], Peeled | None]] = {
    "env": _env,
    "command": _command,
    "exec": _exec,
    **LAUNCHERS,
}
