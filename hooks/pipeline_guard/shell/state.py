"""The values the shell analysis works with: worlds, outcomes, and the log of effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline_guard.effects import Effect, Unknown

if TYPE_CHECKING:
    from tree_sitter import Node as Node

    from pipeline_guard.shell.globs import Scan
else:
    Node = Any

# A command line beyond these is denied; each is far above what a healing needs.
MAX_BYTES = 100_000
MAX_DEPTH = 40
MAX_STEPS = 1500
MAX_WORLDS = 6


class Beyond(Exception):
    """The analysis stops here: the construct is outside of what the guard understands."""

    def __init__(self, what: str, why: str, instead: str = "") -> None:
        super().__init__(why)
        self.effect = Unknown(what, why, instead) if instead else Unknown(what, why)


class World(NamedTuple):
    """One possible state of the shell: its folder, the variables it set, its arguments.

    A variable that is set to something unknown holds None; `params` is None where `$1` and the
    others come from outside. An array is a variable that holds None, and its words.
    """

    cwd: str
    variables: Mapping[str, str | None] = {}
    params: tuple[str, ...] | None = None
    arrays: Mapping[str, tuple[str, ...]] = {}

    def with_variable(self, name: str, value: str | None) -> World:
        """The same world with one variable changed."""
        return self.with_array(name, None)._replace(variables={**self.variables, name: value})

    def with_array(self, name: str, words: tuple[str, ...] | None) -> World:
        """The same world with one variable turned into an array of these words."""
        others = {other: held for other, held in self.arrays.items() if other != name}
        arrays = others if words is None else {**others, name: words}
        return self._replace(variables={**self.variables, name: None}, arrays=arrays)


Worlds = tuple[World, ...]


class Flow(NamedTuple):
    """The worlds after a statement: where it succeeded, and where it failed."""

    ok: Worlds
    fail: Worlds

    @property
    def on_success(self) -> Worlds:
        """What follows a `&&`. Where success seems impossible, it is judged all the same."""
        return self.ok or self.fail

    @property
    def on_failure(self) -> Worlds:
        """What follows a `||`."""
        return self.fail or self.ok

    @property
    def both(self) -> Worlds:
        """What follows a `;`."""
        return join(self.ok, self.fail)


class Names(NamedTuple):
    """Paths that a program prints, one a line: of files below these folders.

    `narrow` where they are only of files whose names no secret has.
    """

    roots: tuple[str, ...]
    narrow: bool


class Place(NamedTuple):
    """Where a statement stands.

    `certain`: the exit code and the output that the runtime sees are this statement's. `fed`:
    its input does not come from the terminal. `posix`: the text is run by `sh`, not by bash.
    `names`: where its input is known to be names of files.
    """

    certain: bool = True
    fed: bool = False
    posix: bool = False
    in_function: bool = False
    names: Names | None = None

    def hidden(self) -> Place:
        """The same place, with an exit code that the runtime does not see."""
        return self._replace(certain=False)

    def behind(self, fed: bool, shown: bool) -> Place:
        """The same place behind redirections: of its input, and of what the runtime sees."""
        names = None if fed else self.names
        return self._replace(fed=self.fed or fed, certain=self.certain and shown, names=names)


def join(*groups: Iterable[World]) -> Worlds:
    """All different worlds of the groups; too many of them is `Beyond`."""
    worlds: list[World] = []
    for group in groups:
        worlds.extend(world for world in group if world not in worlds)
    if len(worlds) > MAX_WORLDS:
        raise Beyond("the command line", "it can go too many ways to follow")
    return tuple(worlds)


class Log:
    """What one command line does, collected over all shells it starts."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self.scans: list[Scan] = []
        self.closes = False  # whether a standard stream may be closed by now
        self.steps = 0
        self.depth = 0

    def add(self, effect: Effect) -> None:
        """Note an effect."""
        self.effects.append(effect)

    def step(self) -> None:
        """Count one command; a loop that unrolls without end is `Beyond`."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Beyond("the command line", "it runs too many commands to follow")


class Shell:
    """One shell reading one text: its source, functions and open loops."""

    def __init__(self, source: bytes, log: Log, place: Place) -> None:
        self.source = source
        self.log = log
        self.place = place
        self.functions: dict[str, Node] = {}
        self.calls: list[str] = []
        self.locals: list[set[str]] = []
        self.escapes: list[list[World]] = []
        self.run_inside: RunInside
        self.run_body: Callable[[Node, Worlds, Place], Flow]
        self.run_script: Callable[[str, World, Place], None]

    def text(self, node: Node) -> str:
        """The source of a node."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def beyond(self, node: Node, why: str, instead: str = "") -> Beyond:
        """The exception that ends the analysis at this node."""
        text = self.text(node)
        return Beyond(text if len(text) <= 120 else text[:117] + "...", why, instead)


Visit = Callable[[Shell, Node, Worlds, Place], Flow]
# Runs the statements inside of `$(…)` or `<(…)`; gives their output where it is known.
RunInside = Callable[[Node, World, Place], str]
