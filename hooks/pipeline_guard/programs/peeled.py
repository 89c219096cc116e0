"""What is inside a program that runs another one, and how its options are skipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline_guard.effects import Effect, Unknown
from pipeline_guard.programs.unsure import Unsure


class Peeled(NamedTuple):
    """What is inside a wrapper.

    `effects` are the wrapper's own; `commands` and `scripts` what it runs. `in_shell` is True
    where the inner command is one of this shell's (`command cd x`), `maybe_in_shell` where the
    wrapper is a word of bash or a program (`time cd x`); `recursive` where the command reads
    anything below the paths it names (`find -exec`), `narrow` where only files of harmless names.
    """

    commands: tuple[Sequence[str], ...] = ()
    effects: tuple[Effect, ...] = ()
    scripts: tuple[str, ...] = ()
    certain: bool = True
    feeds: bool = False
    posix: bool = False
    in_shell: bool = False
    maybe_in_shell: bool = False
    recursive: bool = False
    narrow: bool = False


class Options(NamedTuple):
    """The options of a wrapper: those alone, those with a value, and whether operands precede."""

    alone: frozenset[str]
    valued: frozenset[str]
    joined: tuple[str, ...] = ()


def options(alone: str = "", valued: str = "", joined: str = "") -> Options:
    """Options written as words; `joined` are prefixes of an option with its value."""
    return Options(frozenset(alone.split()), frozenset(valued.split()), tuple(joined.split()))


def unknown(argv: Sequence[str], why: str, instead: str = "") -> Peeled:
    """A wrapper whose inside is not known."""
    what = " ".join(argv)[:120]
    return Peeled(effects=(Unknown(what, why, instead) if instead else Unknown(what, why),))


def skip(arguments: Sequence[str], known: Options) -> tuple[list[str], list[str]] | None:
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
        if option in known.valued:
            if not rest or isinstance(rest[0], Unsure):
                return None
            seen.append(rest.pop(0))
        elif option not in known.alone and not _is_joined(option, known):
            return None
    return seen, rest


def _is_joined(option: str, known: Options) -> bool:
    return any(option.startswith(prefix) and option != prefix for prefix in known.joined)
