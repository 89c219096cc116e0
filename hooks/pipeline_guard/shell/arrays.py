"""What an array of known words gives: `"${tables[@]}"`, `${tables[*]}`, `${#tables[@]}`.

One element by its number is not known: bash counts from 0, zsh from 1.
"""

from __future__ import annotations

import re

from pipeline_guard.effects import ReadVariable
from pipeline_guard.shell.braces import LIST, QUOTED, UNSURE, UNSURE_MANY, VALUE, Piece
from pipeline_guard.shell.state import Shell, World

_EXPANSION = re.compile(r"\$\{(#?)([A-Za-z_]\w*)\[([@*])\]\}", re.ASCII)
_PLAIN = re.compile(r"[\w./:@%+,-]+", re.ASCII)


def value(shell: Shell, text: str, world: World, quoted: bool) -> Piece | None:
    """What `${name[@]}` and its like give; None where the text is no such expansion."""
    found = _EXPANSION.fullmatch(text)
    if found is None:
        return None
    count, name, joined = found[1], found[2], found[3] == "*"
    if name not in world.variables:
        shell.log.add(ReadVariable(name))
    items = world.arrays.get(name)
    if items is None or (joined and quoted):
        return Piece(text, UNSURE if quoted and joined else UNSURE_MANY)
    if count:
        return Piece(str(len(items)), QUOTED)
    if quoted:
        return Piece("", LIST, items)
    plain = all(_PLAIN.fullmatch(item) for item in items)
    return Piece(" ".join(items), VALUE) if plain else Piece(text, UNSURE_MANY)
