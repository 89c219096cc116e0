"""Tells where a program's help says of a command what it said in a version that is known.

What was measured of that command is then taken over, so that the reference of a new version is
there within a second or two. It can only miss an alias that came without a word in the help;
the guard then refuses that alias, which is the safe side.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from self_heal.reference.helptext import OptionHelp, Page

Json = dict[str, Any]


def nearest(version: str, known: Iterable[str]) -> str:
    """The known version whose number begins most like this one; "" when none is known."""
    others = [other for other in known if other != version]
    return max(others, key=lambda other: _alike(other, version), default="")


def _alike(one: str, other: str) -> int:
    """How many characters two version numbers have in common at their beginning."""
    differ = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def hidden_verbs(document: Json) -> tuple[str, ...]:
    """Every hidden alias of a command; those are tried again on each group."""
    commands = document["commands"].values()
    return tuple(dict.fromkeys(a for said in commands for a in said.get("hidden_aliases", ())))


def has_hidden(said: Json) -> bool:
    """Whether something of a command is in no help, so that the help cannot show it is the same."""
    parts = [*said.get("options", {}).values(), *said.get("positionals", [])]
    values = [part.get("value", {}) for part in parts]
    keys = {key for part in [*parts, *values] for key in part}
    return bool(keys & {"hidden", "hidden_spellings", "hidden_choices"})


def same_options(said: Json, page: Page, listed: Iterable[OptionHelp]) -> bool:
    """Whether the help shows exactly the options of a known document, word for word."""
    shown = {name: _shown(option) for name, option in said.items()}
    return shown == {item.long or item.short: _printed(item, page) for item in listed}


def same_positionals(said: list[Json], page: Page) -> bool:
    """The same for the words that are told by their place."""
    shown = [
        (
            item["name"],
            item.get("required", False),
            item.get("repeatable", False),
            tuple(item["value"].get("choices", ())),
            item["summary"],
        )
        for item in said
    ]
    return shown == [tuple(item) for item in page.positionals]


def _shown(option: Json) -> tuple[object, ...]:
    value = option.get("value", {})
    return (
        tuple(option["spellings"]),
        value.get("name", ""),
        tuple(value.get("choices", ())),
        option.get("default", ""),
        option.get("required", False),
        option["summary"],
    )


def _printed(said: OptionHelp, page: Page) -> tuple[object, ...]:
    return (
        said.spellings,
        said.value,
        said.choices,
        said.default,
        bool(said.value) and page.requires(said),
        said.summary,
    )
