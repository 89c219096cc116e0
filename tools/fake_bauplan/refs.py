"""What names a state of the lakehouse: `branch`, `branch@hash`, `@hash`, a tag."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["BRANCH", "TAG", "DETACHED"]

NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9._/-]*[A-Za-z0-9._-])?")
HASH = re.compile(r"[0-9a-f]{64}")
MAIN = "main"


class Ref(NamedTuple):
    """A resolved ref: what kind it is, its name ("" when detached) and its commit (64 hex)."""

    kind: Kind
    name: str
    hash: str

    def __str__(self) -> str:
        return f"{self.name}@{self.hash}"

    def as_json(self) -> dict[str, str]:
        """As the client reads it; a detached ref has no name."""
        named = {"name": self.name} if self.kind != "DETACHED" else {}
        return {"type": self.kind, **named, "hash": self.hash}


def valid_name(name: str) -> bool:
    """Whether a branch or tag may be called so: a letter first, no `..`, no slash at the end."""
    return bool(NAME.fullmatch(name)) and ".." not in name and len(name) <= 500


def split(text: str) -> tuple[str, str | None]:
    """A ref as typed -> its name ("" when detached) and its hash (None: the head)."""
    name, at, commit = text.partition("@")
    return name, commit if at else None


def zone(branch: str) -> str:
    """The user whose branch it is: the part before the first dot ("main" for main)."""
    return branch.partition(".")[0]
