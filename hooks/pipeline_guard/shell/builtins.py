"""The builtins that change the shell itself: its folder, its variables, its options."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from pipeline_guard.effects import (
    DeletePath,
    Effect,
    ReadVariable,
    RunGit,
    RunProgram,
    RunSelfHeal,
    SetVariable,
    Unknown,
)
from pipeline_guard.programs.forms import RUNS_INSIDE
from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell.state import Flow, Node, Place, Shell, World
from pipeline_guard.shell.variables import is_name, is_special

Builtin = Callable[[Shell, Node, Sequence[str], World, Place], Flow]

_OPTIONS = re.compile(r"[-+][eux]+")
_LONG_OPTIONS = frozenset(("errexit", "nounset", "xtrace", "pipefail"))
_INSTEAD_OF_SOURCE = "Run the program itself; the guard cannot see what a text would run."
_INSTEAD = {
    **dict.fromkeys(("pushd", "popd", "dirs"), "Use `(cd <folder> && ls)`, which comes back."),
    **dict.fromkeys(
        ("trap", "shopt", "ulimit", "umask", "hash", "history", "alias"), "Leave it out."
    ),
}
EVERYTHING = "*"


def _same(world: World) -> Flow:
    return Flow((world,), (world,))


def change_folder(
    shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place
) -> Flow:
    """`cd`: on success the folder changes; it fails only where the folder is not there now."""
    del place
    operands = list(argv[1:])
    while operands and operands[0] in ("-P", "-L", "-e"):
        operands.pop(0)
    if operands[:1] == ["--"]:
        operands.pop(0)
    if any(isinstance(argument, Unsure) for argument in operands):
        raise shell.beyond(node, "the folder it changes to is not known", "Name the folder.")
    target = operands[0] if operands else os.path.expanduser("~")
    if len(operands) > 1 or target.startswith("-") or not target:
        raise shell.beyond(node, "the folder it changes to is not known", "Name the folder.")
    is_searched = not target.startswith(("/", "./", "../")) and target not in (".", "..")
    if is_searched and os.environ.get("CDPATH"):
        raise shell.beyond(node, "CDPATH is set", "Write ./ before the folder.")
    written = os.path.join(world.cwd, target)
    folder = os.path.realpath(written) if "-P" in argv[1:] else os.path.normpath(written)
    is_sure = _can_enter(written) and not any(map(_may_move_folders, shell.log.effects))
    shell.log.add(RunProgram(tuple(argv), world.cwd, reads_only=True))
    return Flow((world._replace(cwd=folder),), () if is_sure else (world,))


def _can_enter(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.X_OK)


def _may_move_folders(effect: Effect) -> bool:
    """Whether a folder that is there now may be gone after this effect."""
    return isinstance(effect, RunGit | RunSelfHeal | DeletePath)


def declare(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`export`, `declare`, `local`: sets variables, or prints them."""
    exported, printed = argv[0] == "export", False
    operands: list[str] = []
    for argument in argv[1:]:
        if argument == "--":
            continue
        if argument == "-p":
            printed = True
            continue
        if argument == "-x" and argv[0] != "export":
            exported = True
        elif argument.startswith(("-", "+")) or (isinstance(argument, Unsure) and argument.many):
            raise shell.beyond(node, "this form of declaration is not followed")
        else:
            operands.append(argument)
    if printed or not operands:
        for name in operands or [EVERYTHING]:
            shell.log.add(ReadVariable(name))
        return _same(world)
    if argv[0] in ("local", "declare", "typeset") and not exported:
        _note_local(shell, node, argv[0], operands, place)
    for operand in operands:
        world = _declare_one(shell, node, operand, world, exported)
    return _same(world)


def _note_local(shell: Shell, node: Node, name: str, operands: Sequence[str], place: Place) -> None:
    """A variable of a function's own has another value again when the function ends."""
    if place.in_function:
        shell.locals[-1].update(operand.partition("=")[0] for operand in operands)
    elif name == "local":
        raise shell.beyond(node, "local has a meaning only in a function")


def _declare_one(shell: Shell, node: Node, operand: str, world: World, exported: bool) -> World:
    name, is_set, text = operand.partition("=")
    if not is_name(name):
        raise shell.beyond(node, "it does not name a plain variable")
    known = None if isinstance(operand, Unsure) else text
    if not is_set:
        known = world.variables.get(name)
    shell.log.add(SetVariable(name, known, exported or is_special(name)))
    if is_special(name):
        shell.log.add(Unknown(operand, f"{name} changes how the shell or programs work"))
    return world.with_variable(name, known)


def unset(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`unset`: the variable is gone, also from the environment of what follows."""
    del place
    for name in argv[1:]:
        if isinstance(name, Unsure) or not is_name(name):
            raise shell.beyond(node, "it does not name a plain variable")
        exported = name not in world.variables or is_special(name)
        shell.log.add(SetVariable(name, None, exported))
        world = world.with_variable(name, None)
    return _same(world)


def read(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`read`: its variables hold what is not known."""
    del place
    names = list(argv[1:])
    while names and names[0] in ("-r", "-s", "-p", "-d", "-t", "-n"):
        takes_value = names.pop(0) in ("-p", "-d", "-t", "-n")
        if takes_value and names:
            names.pop(0)
    for name in names or ["REPLY"]:
        if isinstance(name, Unsure) or not is_name(name) or (names and is_special(name)):
            raise shell.beyond(node, "it does not name a plain variable")
        world = world.with_variable(name, None)
    return _same(world)


def set_options(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`set`: prints every variable, or switches the options that change no meaning."""
    del place
    if len(argv) == 1:
        shell.log.add(ReadVariable(EVERYTHING))
        return _same(world)
    arguments = list(argv[1:])
    while arguments:
        option = arguments.pop(0)
        if option in ("-o", "+o") or re.fullmatch(r"[-+][eux]*o", option):
            if not arguments or arguments.pop(0) not in _LONG_OPTIONS:
                raise shell.beyond(node, "this option changes how later words are read")
        elif isinstance(option, Unsure) or not _OPTIONS.fullmatch(option):
            raise shell.beyond(node, "this option changes how later words are read")
    return _same(world)


def leave(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`break`, `continue`, `return`, `exit`: what follows may run or not, so both are judged."""
    del place
    if any(RUNS_INSIDE.search(word) for word in argv[1:] if not isinstance(word, Unsure)):
        raise shell.beyond(node, "zsh evaluates it as arithmetic, which runs what is inside of it")
    shell.log.add(RunProgram(tuple(map(str, argv)), world.cwd, reads_only=True))
    if argv[0] in ("break", "continue", "return"):
        for escapes in shell.escapes:
            escapes.append(world)
    return _same(world)


def shift(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`shift`: drops the first argument of a function."""
    del place
    if world.params is None or len(argv) > 1:
        raise shell.beyond(node, "the arguments are not known here")
    return _same(world._replace(params=world.params[1:]))


def nothing(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """`:` and `wait`: they change nothing, unless `wait -p` assigns."""
    del place
    if argv[0] == "wait" and any(word.startswith("-") for word in argv[1:]):
        raise shell.beyond(node, "wait with options may set a variable")
    shell.log.add(RunProgram(tuple(argv), world.cwd, reads_only=True))
    return _same(world)


def refuse(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """What changes the meaning of later words, or runs a text: not followed."""
    del world, place
    instead = _INSTEAD.get(argv[0], _INSTEAD_OF_SOURCE)
    raise shell.beyond(node, f"{argv[0]} runs a text or changes how later words are read", instead)


_REFUSED = (
    "eval source . readonly trap shopt alias unalias enable hash mapfile readarray getopts let "
    "bind caller complete compgen compopt coproc dirs pushd popd disown fc history ulimit umask "
    "logout suspend times variables zmodload autoload emulate zle setopt unsetopt unhash rehash "
    "functions unfunction noglob nocorrect repeat sched vared"
).split()

BUILTINS: dict[str, Builtin] = {
    "cd": change_folder,
    "chdir": change_folder,
    "unset": unset,
    "read": read,
    "set": set_options,
    "shift": shift,
    ":": nothing,
    "wait": nothing,
    **dict.fromkeys(("export", "declare", "typeset", "local"), declare),
    **dict.fromkeys(("break", "continue", "return", "exit"), leave),
    **dict.fromkeys(_REFUSED, refuse),
}

# A function of one of these names would shadow it, or be called by the shell itself.
HOOKS = frozenset(
    "command_not_found_handle command_not_found_handler precmd preexec chpwd periodic zshexit "
    "zshaddhistory TRAPDEBUG TRAPERR TRAPEXIT TRAPINT TRAPTERM TRAPZERR".split()
)
