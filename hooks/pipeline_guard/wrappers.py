"""Programs that run other programs: an argv -> the argvs, or the shell texts, inside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline_guard import find_program, programs
from pipeline_guard.effects import (
    Effect,
    ReadPath,
    ReadVariable,
    RunProgram,
    SetVariable,
    Unknown,
    WritePath,
)
from pipeline_guard.paths import opened
from pipeline_guard.shell_state import Unsure

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)
_NOT_IN_SH = re.compile(
    r"(?<!\$)\{|\$'|\$\"|[<>]\(|&>|>&\w*[^\d\s-]|<<<|\[\[|\|&|;&|\bfunction\b|\(\("
)


class Peeled(NamedTuple):
    """What is inside a wrapper.

    `effects` are the wrapper's own; `commands` and `scripts` what it runs. `in_shell` is True
    where the inner command is one of this shell's (`command cd x`); `recursive` where it reads
    anything below the paths it names (`find -exec`).
    """

    commands: tuple[Sequence[str], ...] = ()
    effects: tuple[Effect, ...] = ()
    scripts: tuple[str, ...] = ()
    certain: bool = True
    feeds: bool = False
    posix: bool = False
    in_shell: bool = False
    recursive: bool = False


class Options(NamedTuple):
    """The options of a wrapper: those alone, those with a value, and whether operands precede."""

    alone: frozenset[str]
    valued: frozenset[str]
    joined: tuple[str, ...] = ()


def _options(alone: str = "", valued: str = "", joined: str = "") -> Options:
    return Options(frozenset(alone.split()), frozenset(valued.split()), tuple(joined.split()))


_SIMPLE: dict[str, tuple[Options, int]] = {
    # name: (options, operands before the inner command)
    "nohup": (_options(), 0),
    "time": (_options("-p"), 0),
    "nice": (_options("", "-n --adjustment", "--adjustment= -n -"), 0),
    "ionice": (_options("-t", "-c -n", "-c -n"), 0),
    "stdbuf": (_options("", "-i -o -e", "-i -o -e --input= --output= --error="), 0),
    "setsid": (_options("-c -f -w --ctty --fork --wait"), 0),
    "timeout": (
        _options(
            "--preserve-status --foreground -v --verbose",
            "-s -k --signal --kill-after",
            "-s -k --signal= --kill-after=",
        ),
        1,
    ),
    "builtin": (_options(), 0),
    "busybox": (_options(), 0),
    "sudo": (_options("-n -E -H -S -k", "-u -g -D"), 0),
    "doas": (_options("-n", "-u"), 0),
}
_XARGS = _options(
    "-0 -r -t -x --null --no-run-if-empty --verbose --exit",
    "-n -P -L -s -d -I -E",
    "-n -P -L -s -d -I -E --max-args= --max-procs= --max-lines= --delimiter= --replace=",
)
_UV_RUN = _options(
    "--no-sync -q --quiet -v --verbose --offline --frozen --locked --no-progress --active"
)
_SHELLS = frozenset(("bash", "sh", "dash", "zsh", "ksh", "ash"))
_SHELL_FLAGS = re.compile(r"-[elux]*c[elux]*")


def peel(argv: Sequence[str], cwd: str) -> Peeled | None:
    """What is inside this command, or None where it wraps nothing."""
    name = programs.name_of(argv[0], cwd)
    if name in _SIMPLE:
        return _peel_simple(name, argv, cwd)
    peeler = _PEELERS.get(name)
    return peeler(argv, cwd) if peeler else None


def _unknown(argv: Sequence[str], why: str, instead: str = "") -> Peeled:
    what = " ".join(argv)[:120]
    return Peeled(effects=(Unknown(what, why, instead) if instead else Unknown(what, why),))


def _skip(arguments: Sequence[str], options: Options) -> tuple[list[str], list[str]] | None:
    """The options and the rest of an argument list; None where an option is not known."""
    seen: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        option = rest.pop(0)
        if isinstance(option, Unsure):
            return None
        if option == "--":
            break
        seen.append(option)
        if option in options.valued:
            if not rest or isinstance(rest[0], Unsure):
                return None
            seen.append(rest.pop(0))
        elif option not in options.alone and not _is_joined(option, options):
            return None
    return seen, rest


def _is_joined(option: str, options: Options) -> bool:
    return any(option.startswith(prefix) and option != prefix for prefix in options.joined)


def _peel_simple(name: str, argv: Sequence[str], cwd: str) -> Peeled:
    options, operands = _SIMPLE[name]
    skipped = _skip(argv[1:], options)
    if skipped is None or len(skipped[1]) <= operands:
        return _unknown(argv, f"this use of {name} is not followed")
    rest = skipped[1]
    if any(isinstance(operand, Unsure) for operand in rest[: operands + 1]):
        return _unknown(argv, "the program it runs is not known")
    return Peeled(
        (rest[operands:],),
        _own_effects(name, argv, cwd),
        certain=name not in ("setsid", "sudo", "doas"),
        in_shell=name == "builtin",
    )


def _own_effects(name: str, argv: Sequence[str], cwd: str) -> tuple[Effect, ...]:
    if name == "nohup":
        return (WritePath(opened("nohup.out", cwd), name),)
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
            return _unknown(argv, f"env {option} is not followed", "Run the program without env.")
    while rest and (found := _ASSIGNMENT.fullmatch(rest[0])):
        value = None if isinstance(rest.pop(0), Unsure) else found[2]
        effects.append(SetVariable(found[1], value, True))
    if not rest:
        return Peeled(effects=(*effects, ReadVariable("*")))
    if isinstance(rest[0], Unsure):
        return _unknown(argv, "the program it runs is not known")
    return Peeled((rest,), tuple(effects))


def _command(argv: Sequence[str], cwd: str) -> Peeled:
    """`command b` runs b; `command -v b` only tells where it is."""
    rest = list(argv[1:])
    if rest and rest[0] in ("-v", "-V"):
        return Peeled(effects=(RunProgram(tuple(argv), cwd, reads_only=True),))
    if rest and rest[0] in ("-p", "--"):
        rest.pop(0)
    if not rest or rest[0].startswith("-") or isinstance(rest[0], Unsure):
        return _unknown(argv, "this use of command is not followed")
    return Peeled((rest,), in_shell=True)


def _exec(argv: Sequence[str], cwd: str) -> Peeled:
    """`exec b` ends the shell in b; without a program it redirects all that follows."""
    del cwd
    if len(argv) < 2 or argv[1].startswith("-") or isinstance(argv[1], Unsure):
        return _unknown(argv, "it redirects all that follows, or renames the program")
    return Peeled((argv[1:],))


def _xargs(argv: Sequence[str], cwd: str) -> Peeled:
    """`xargs b`: b with further arguments that only its input knows."""
    del cwd
    skipped = _skip(argv[1:], _XARGS)
    if skipped is None:
        return _unknown(argv, "this use of xargs is not followed")
    options, rest = skipped
    inner = rest or ["echo"]
    placeholder = _placeholder(options)
    if placeholder:
        inner = [Unsure(word) if placeholder in word else word for word in inner]
    else:
        inner = [*inner, Unsure("(what xargs reads)", many=True)]
    if isinstance(inner[0], Unsure):
        return _unknown(argv, "the program it runs is not known")
    return Peeled((inner,), certain=False, feeds=True)


def _placeholder(options: Sequence[str]) -> str:
    for index, option in enumerate(options):
        if option == "-I":
            return options[index + 1]
        if option.startswith("-I"):
            return option[2:]
        if option.startswith("--replace="):
            return option[10:]
    return ""


def _uv(argv: Sequence[str], cwd: str) -> Peeled:
    """`uv run --no-sync b` is b in the project's environment; anything else may install."""
    del cwd
    if list(argv[1:2]) != ["run"]:
        return _unknown(argv, "uv may install or change packages", "Use the installed programs.")
    skipped = _skip(argv[2:], _UV_RUN)
    if skipped is None or "--no-sync" not in skipped[0] or not skipped[1]:
        rest = skipped[1] if skipped else [word for word in argv[2:] if not word.startswith("-")]
        return _unknown(argv, "uv run may install packages", "uv run --no-sync " + " ".join(rest))
    if isinstance(skipped[1][0], Unsure):
        return _unknown(argv, "the program it runs is not known")
    return Peeled((skipped[1],))


def _uvx(argv: Sequence[str], cwd: str) -> Peeled:
    del cwd
    return _unknown(
        argv, "uvx downloads and runs a package", " ".join(argv[1:]) or "bauplan --help"
    )


def _python(argv: Sequence[str], cwd: str) -> Peeled | None:
    """`python -m bauplan` does not exist; any other Python is a program like others."""
    del cwd
    if "-m" in argv and list(argv[argv.index("-m") + 1 :][:1]) == ["bauplan"]:
        right = " ".join(["bauplan", *argv[argv.index("-m") + 2 :]])
        return _unknown(argv, "bauplan is not a Python module to run", right)
    return None


def _shell(argv: Sequence[str], cwd: str) -> Peeled | None:
    """`bash -c text`: the text is read as a command line of its own."""
    rest = list(argv[1:])
    has_text = False
    while rest and rest[0].startswith("-") and not isinstance(rest[0], Unsure):
        option = rest.pop(0)
        if option in ("-o", "+o") and rest and rest[0] in ("pipefail", "errexit", "nounset"):
            rest.pop(0)
        elif _SHELL_FLAGS.fullmatch(option):
            has_text = True
        elif option == "--":
            break
        elif not re.fullmatch(r"-[elux]+", option):
            return None
    if not has_text or not rest:
        return None
    text = rest[0]
    name = programs.name_of(argv[0], cwd)
    if isinstance(text, Unsure):
        return _unknown(argv, "the text it runs is not known", "Run the command itself.")
    if name not in ("bash", "zsh") and _NOT_IN_SH.search(text):
        return _unknown(argv, f"{name} reads a part of it differently from bash", "bash -c …")
    return Peeled(scripts=(text,), posix=name not in ("bash", "zsh"))


def _find(argv: Sequence[str], cwd: str) -> Peeled | None:
    """`find … -exec b {} ;` runs b on anything below its roots."""
    found = find_program.read(argv)
    if found is None:
        return None
    own: list[Effect] = [RunProgram(tuple(argv), cwd, reads_only=not found.refused)]
    own += [ReadPath(opened(root, cwd)) for root in found.roots]
    own += find_program.writes(found, cwd)
    if found.refused:
        own.append(Unknown(found.refused, "this part of find is not one the guard knows"))
    return Peeled(found.commands, tuple(own), certain=False, recursive=True)


_PEELERS: dict[str, Callable[[Sequence[str], str], Peeled | None]] = {
    "env": _env,
    "command": _command,
    "exec": _exec,
    "xargs": _xargs,
    "uv": _uv,
    "uvx": _uvx,
    "find": _find,
    **dict.fromkeys(("python", "python3", "python3.11", "python3.12", "python3.13"), _python),
    **dict.fromkeys(_SHELLS, _shell),
}
