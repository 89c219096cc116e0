"""What an expansion inside of a word gives: `$name`, `${…}`, `$(…)`, `$((…))`, `<(…)`, `$'…'`."""

from __future__ import annotations

import os
import re

from pipeline_guard.effects import ReadVariable
from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import arrays, cuts
from pipeline_guard.shell.braces import LIST, QUOTED, UNSURE, UNSURE_MANY, VALUE, Piece
from pipeline_guard.shell.state import Node, Place, Shell, World
from pipeline_guard.shell.tree import holes, opening, written

STARTS = re.compile(rb"[A-Za-z0-9_@*#?$!({\[-]")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SIMPLE = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]", re.ASCII)
_BRACED = re.compile(
    r"\$\{(?P<length>#?)(?P<name>[A-Za-z_]\w*|\d+|[@*#?$!-])"
    r"(?P<operator>:?[-+?]|##?|%%?|//?|\^\^?|,,?)?(?P<operand>.*)\}",
    re.ASCII | re.DOTALL,
)
_SLICED = re.compile(r"\$\{([A-Za-z_]\w*)(:\d[\d:]*)\}", re.ASCII)
_EXIT_CODES = re.compile(r"\$\{PIPESTATUS\[(\d+|[@*])\]\}", re.ASCII)
_HARMLESS = frozenset("#?$!-")
_ARITHMETIC = re.compile(r"[\d\s+\-*/%()<>=!&|?:~^$]*", re.ASCII)
_NUMBER = re.compile(r"\$?\{?([A-Za-z_]\w*)\}?", re.ASCII)
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)|\+\+|--")
_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"e": b"\x1b",
    b"E": b"\x1b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b"\\": b"\\",
    b"'": b"'",
    b'"': b'"',
    b"?": b"?",
}
_CODE = re.compile(
    rb"(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})"
    rb"|u(?P<short>[0-9A-Fa-f]{1,4})|U(?P<long>[0-9A-Fa-f]{1,8})"
)


def value(shell: Shell, node: Node, world: World, place: Place, quoted: bool) -> Piece:
    """The piece that one expansion adds to its word; what it runs and reads is noted."""
    kind = node.type
    if kind == "simple_expansion":
        name = written(shell, node)[1:]
        if not _SIMPLE.fullmatch(name):
            raise shell.beyond(node, "it is not a variable's name to bash")
        return _piece(_variable(shell, name, world), quoted)
    if kind == "expansion":
        return _braced(shell, node, world, place, quoted)
    if kind == "arithmetic_expansion":
        return _arithmetic(shell, node, world)
    if kind == "process_substitution":
        shell.run_inside(node, world, place.hidden()._replace(fed=True))
        return Piece("/dev/fd/63", QUOTED)
    return _piece(shell.run_inside(node, world, place.hidden()), quoted)


def _piece(known: str | tuple[str, ...], quoted: bool) -> Piece:
    if isinstance(known, tuple):
        return Piece("", LIST, known) if quoted else Piece(" ".join(known), VALUE)
    if isinstance(known, Unsure):
        return Piece(known, UNSURE if quoted or not known.many else UNSURE_MANY)
    return Piece(known, QUOTED if quoted else VALUE)


def _variable(shell: Shell, name: str, world: World) -> str | tuple[str, ...]:
    """The value of `$name`; one that this command line did not set is noted as read."""
    if name in _HARMLESS:
        return Unsure("$" + name)
    if name in "@*" or name.isdigit():
        return _parameter(name, world)
    if name in world.variables:
        known = world.variables[name]
        return Unsure("$" + name, many=True) if known is None else known
    shell.log.add(ReadVariable(name))
    if name == "PWD":
        return world.cwd
    return os.path.expanduser("~") if name == "HOME" else Unsure("$" + name, many=True)


def _parameter(name: str, world: World) -> str | tuple[str, ...]:
    if world.params is None or name == "0":
        return Unsure("$" + name, many=True)
    if name in "@*":
        return world.params if name == "@" else Unsure("$*", many=True)
    index = int(name) - 1
    return world.params[index] if index < len(world.params) else ""


def _braced(shell: Shell, node: Node, world: World, place: Place, quoted: bool) -> Piece:
    """`${name}`, its length, a default, or a cut; assignment and indirection are `Beyond`."""
    text = written(shell, node)
    if _EXIT_CODES.fullmatch(text):
        return Piece(text, UNSURE if quoted else UNSURE_MANY)
    if (array := arrays.value(shell, text, world, quoted)) is not None:
        return array
    if part := _SLICED.fullmatch(text):
        return _sliced(shell, node, part, world, place, quoted)
    parts = _BRACED.fullmatch(text)
    if parts is None or (parts["operand"] and not parts["operator"]):
        raise shell.beyond(node, "this form of expansion is not one the guard follows")
    known = _variable(shell, parts["name"], world)
    _run_operand(shell, node, world, place)
    if parts["length"]:
        return Piece(shell.text(node), UNSURE)
    if not parts["operator"]:
        return _piece(known, quoted)
    if not isinstance(known, str) or isinstance(known, Unsure):
        return Piece(shell.text(node), UNSURE if quoted else UNSURE_MANY)
    if parts["operator"] in ("-", ":-") and known:
        return _piece(known, quoted)
    if parts["operator"] in ("#", "##", "%", "%%"):
        cut = cuts.trimmed(known, parts["operator"], parts["operand"])
        if cut is not None:
            return _piece(cut, quoted)
    return Piece(shell.text(node), UNSURE if quoted else UNSURE_MANY)


def _sliced(
    shell: Shell, node: Node, part: re.Match[str], world: World, place: Place, quoted: bool
) -> Piece:
    """`${name:0:8}`; dash has no such expansion and ends there."""
    if place.posix:
        raise shell.beyond(node, "sh does not know this expansion")
    known = _variable(shell, part[1], world)
    cut = cuts.sliced(known, part[2]) if isinstance(known, str) else None
    if cut is None or isinstance(known, Unsure):
        return Piece(shell.text(node), UNSURE if quoted else UNSURE_MANY)
    return _piece(cut, quoted)


def _run_operand(shell: Shell, node: Node, world: World, place: Place) -> None:
    """The expansions in the operand of `${name:-…}` run too."""
    rest, last = b"", opening(shell, node) + 2
    for hole in holes(node):
        value(shell, hole, world, place, quoted=True)
        rest += shell.source[last : hole.start_byte]
        last = hole.end_byte
    rest += shell.source[last : node.end_byte]
    if re.search(rb"[$`]|[<>]\(", rest):
        raise shell.beyond(node, "an expansion in it was not understood")


def _arithmetic(shell: Shell, node: Node, world: World) -> Piece:
    """A sum over numbers: a name may hold `a[$(command)]`, which bash would run."""
    text = written(shell, node)
    if not text.startswith("$((") or not text.endswith("))"):
        raise shell.beyond(node, "this form of arithmetic is not one the guard follows")
    inside = text[3:-2]
    for name in _NAME.findall(inside):
        known = world.variables.get(name)
        if known is None or not re.fullmatch(r"-?\d{1,18}", known, re.ASCII):
            raise shell.beyond(node, f"{name} is not known to be a number")
    bare = _NAME.sub("", inside).replace("${}", "")
    if not _ARITHMETIC.fullmatch(bare) or _ASSIGNS.search(bare):
        raise shell.beyond(node, "this arithmetic is more than a sum of known numbers")
    plain = _NUMBER.sub(lambda name: str(world.variables[name[1]]), inside)
    result = cuts.summed(plain)
    return Piece(text, UNSURE) if result is None else Piece(result, QUOTED)


def ansi_c(shell: Shell, node: Node, at: int, end: int) -> tuple[bytes, int]:
    """The text of `$'…'` whose content begins at `at`, and the offset after its closing quote."""
    text = b""
    while at < end:
        byte = shell.source[at : at + 1]
        if byte == b"'":
            return text, at + 1
        if byte != b"\\":
            text, at = text + byte, at + 1
            continue
        decoded, at = _escape(shell, node, at + 1)
        text += decoded
    raise shell.beyond(node, "its quotes do not match")


def _escape(shell: Shell, node: Node, at: int) -> tuple[bytes, int]:
    letter = shell.source[at : at + 1]
    code = _CODE.match(shell.source, at)
    if code is None:
        if letter == b"c":
            raise shell.beyond(node, "it writes a control character")
        return _ESCAPES.get(letter, b"\\" + letter), at + 1
    decoded = _decode(code)
    if decoded is None or decoded == b"\0":
        raise shell.beyond(node, "it writes a character that ends or breaks a string")
    return decoded, code.end()


def _decode(code: re.Match[bytes]) -> bytes | None:
    if code["octal"]:
        return bytes([int(code["octal"], 8) & 0xFF])
    if code["hex"]:
        return bytes([int(code["hex"], 16)])
    number = int(code["short"] or code["long"], 16)
    if number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return None
    return chr(number).encode()
