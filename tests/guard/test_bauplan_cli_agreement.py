"""The reading of a command line agrees with the real parser: on 2,000 lines over four versions.

Lines are drawn with a fixed seed from the reference of each version: right ones in every
spelling, and right ones with one mistake of each kind. The real program judges them where it can
do nothing but parse; exit code 2 is its parser's refusal.
"""

from __future__ import annotations

import random
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline_guard import bauplan_cli
from pipeline_guard.bauplan_cli import reference
from pipeline_guard.bauplan_cli.reference import Command, Option, Reference, Value
from self_heal.reference.program import Program
from tests.programs import program_of

INSTALLED = "0.3.5"
LINES = 500
WORDS = ["main", "x", "nyc.flights", "SELECT 1", "", "-", "a=b", "é", "demo.b", "main@" + "0f" * 32]


class Writer:
    """Writes command lines for one version; `rng` decides everything."""

    def __init__(self, version: str) -> None:
        self.rng = random.Random(f"lines for {version}")
        self.reference = reference.load(version)
        self.leaves = [p for p in self.reference.paths() if not self.command(p).group]
        self.spellings: dict[Option, list[str]] = {}  # hidden ones too
        for path in self.reference.paths():
            for flag, option in self.command(path).flags.items():
                self.spellings[option] = [*self.spellings.get(option, []), flag]

    def command(self, path: tuple[str, ...]) -> Command:
        """What the reference says of it."""
        return self.reference.command(path)

    def value(self, value: Value) -> str:
        """A value that is taken."""
        if value.kind == "choice":
            word = self.rng.choice([*value.choices, *value.hidden_choices])
            return self.rng.choice([word, word.upper()]) if value.ignore_case else word
        if value.kind == "integer":
            near = [value.min, value.max, 7, 1, 10, value.max - 1]
            number = self.rng.choice([n for n in near if value.min <= n <= value.max])
            return self.rng.choice([str(number), f"+{number}" if number >= 0 else str(number)])
        if value.kind == "pair":
            return self.rng.choice(["a=b", "=", "k=v=w", "x="])
        if value.kind == "url":
            return self.rng.choice(["s3://b/k*.parquet", "https://h:8443/p?q", "s3:x", "file:///p"])
        words = WORDS if value.kind == "string" else [word for word in WORDS if word]
        return self.rng.choice(words)

    def bad_value(self, value: Value) -> str | None:
        """A value that is not taken, where there is one."""
        bad = {
            "choice": [",".join(value.choices[:2]), "", "nope", *[c + "x" for c in value.choices]],
            "integer": ["", "x", "1.5", " 5", "1_0", str(value.max + 1), str(value.min - 1), "٣"],
            "pair": ["", "x", "k:v"],
            "url": ["", "b/k*", "/k", ":", "s3://a b/c", "http://", "s3://b:99999/k"],
            "path": [""],
        }
        if value.kind == "choice" and not value.ignore_case:
            bad["choice"] += [choice.upper() for choice in value.choices]
        return self.rng.choice(bad[value.kind]) if value.kind in bad else None

    def spell(self, option: Option, value: str | None) -> list[str]:
        """A flag in one of its spellings, its value joined in one of the ways."""
        flag = self.rng.choice(self.spellings[option])
        if value is None:
            return [flag]
        ways = [[f"{flag}={value}"]]
        if not flag.startswith("--") and value:
            ways.append([flag + value] if not value.startswith("=") else [f"{flag}={value}"])
        if not value.startswith("-") or value == "-":
            ways.append([flag, value])
        return self.rng.choice(ways)

    def option(self, option: Option) -> list[str]:
        """A flag with a value that is taken."""
        return self.spell(option, None if option.value is None else self.value(option.value))

    def common(self, share: float) -> list[str]:
        """Some of the options that may stand at every level."""
        shared = self.command(()).options
        chosen = [
            o for o in shared if o.action in ("value", "switch") and self.rng.random() < share
        ]
        return [word for option in chosen for word in self.option(option)]

    def path_words(self, path: tuple[str, ...]) -> list[str]:
        """The command by name or alias, with options in between."""
        words = self.common(0.05)
        for depth, name in enumerate(path):
            table = self.command(path[:depth]).subcommands
            words.append(
                self.rng.choice([s for s, canonical in table.items() if canonical == name])
            )
            if depth < len(path) - 1:
                words += self.common(0.05)
        return words

    def good(self, path: tuple[str, ...]) -> list[str]:
        """A line the program takes."""
        command = self.command(path)
        left_out = {self.rng.choice(pair) for pair in command.conflicts}
        flags: list[list[str]] = []
        for option in command.options:
            wanted = option.required or (option.name not in left_out and self.rng.random() < 0.25)
            if wanted and option.action in ("value", "switch"):
                times = self.rng.randint(1, 3) if option.repeatable else 1
                flags += [self.option(option) for _ in range(times)]
        self.rng.shuffle(flags)
        words = [
            [self.value(place.value)]
            for place in command.positionals
            if place.required or (place.name not in left_out and self.rng.random() < 0.6)
        ]
        return [*self.path_words(path), *self.mixed(flags, words)]

    def mixed(self, flags: list[list[str]], words: list[list[str]]) -> list[str]:
        """Flags and words in one line, the words in their order; sometimes behind `--`."""
        if self.rng.random() < 0.15:
            return [part for group in flags for part in group] + ["--"] + [w for [w] in words]
        turns = [flags] * len(flags) + [words] * len(words)
        self.rng.shuffle(turns)
        queues = {id(flags): iter(flags), id(words): iter(words)}
        return [part for turn in turns for part in next(queues[id(turn)])]

    def place(self, line: list[str], *words: str) -> list[str]:
        """The line with these words put somewhere into it."""
        at = self.rng.randint(0, len(line))
        return [*line[:at], *words, *line[at:]]


Mistake = Callable[[Writer, tuple[str, ...]], list[str]]


def no_mistake(w: Writer, path: tuple[str, ...]) -> list[str]:
    return w.good(path)


def a_flag_of_another_command(w: Writer, path: tuple[str, ...]) -> list[str]:
    other = w.command(w.rng.choice(w.leaves))
    return [*w.good(path), *w.option(w.rng.choice(other.options))]


def a_flag_of_another_version(w: Writer, path: tuple[str, ...]) -> list[str]:
    del path
    flag = w.rng.choice(["--strict", "--no-strict", "--cache", "--no-cache", "--transaction", "-t"])
    state = w.rng.choice([[], ["on"], ["off"]])
    return [*w.good(w.rng.choice([("run",), ("query",)])), flag, *state]


def a_common_mistake(w: Writer, path: tuple[str, ...]) -> list[str]:
    flag = w.rng.choice(["--format", "-o", "--branch", "-b", "--id", "--ref", "--limit", "--json"])
    value = w.rng.choice([[], ["json"], ["main"], ["3"]])
    return [*w.good(path), flag, *value]


def a_misspelt_flag(w: Writer, path: tuple[str, ...]) -> list[str]:
    line = w.good(path)
    flags = [i for i, word in enumerate(line) if word.startswith("--") and len(word) > 3]
    if not flags:
        return w.place(line, "--verbos")
    at = w.rng.choice(flags)
    cut = w.rng.randint(1, len(line[at]) - 1)
    line[at] = line[at][:cut] + line[at][cut + 1 :]
    return line


def an_abbreviated_flag(w: Writer, path: tuple[str, ...]) -> list[str]:
    flag = w.rng.choice([s for s in w.command(path).flags if s.startswith("--")])
    return [*w.good(path), flag[: w.rng.randint(3, len(flag) - 1)]]


def a_missing_value(w: Writer, path: tuple[str, ...]) -> list[str]:
    option = w.rng.choice([o for o in w.command(path).options if o.value is not None])
    return [
        *w.good(path),
        w.rng.choice(option.spellings),
        *w.rng.choice([[], ["--"], ["-v"], ["--help"]]),
    ]


def a_dashed_value(w: Writer, path: tuple[str, ...]) -> list[str]:
    option = w.rng.choice([o for o in w.command(path).options if o.value is not None])
    flag, value = w.rng.choice(option.spellings), w.rng.choice(["-1", "-x", "--x", "-", "-- x"])
    return [*w.good(path), *w.rng.choice([[flag, value], [f"{flag}={value}"], [flag + value]])]


def a_bad_value(w: Writer, path: tuple[str, ...]) -> list[str]:
    options = [o for o in w.command(path).options if o.value and o.value.kind != "string"]
    option = w.rng.choice(options)
    value = w.bad_value(option.value) if option.value else None
    return w.good(path) + (w.spell(option, value) if value is not None else [])


def a_bad_word(w: Writer, path: tuple[str, ...]) -> list[str]:
    del path
    first = w.rng.choice(["", "API_KEY", "api-key", "api_key", "api_endpoint", "x"])
    return w.rng.choice([["config", "set", first, "v"], ["init", first], ["query", first]])


def an_unneeded_value(w: Writer, path: tuple[str, ...]) -> list[str]:
    flags = [s for s, option in w.command(path).flags.items() if option.value is None]
    return [*w.good(path), f"{w.rng.choice(flags)}={w.rng.choice(['', 'true', 'on', 'x'])}"]


def a_flag_given_twice(w: Writer, path: tuple[str, ...]) -> list[str]:
    line = w.good(path)
    option = w.rng.choice([o for o in w.command(path).options if o.action in ("value", "switch")])
    return [*line, *w.option(option), *w.option(option)]


def a_word_too_many(w: Writer, path: tuple[str, ...]) -> list[str]:
    return [*w.good(path), *w.rng.sample(WORDS, k=w.rng.randint(1, 3))]


def a_word_too_few(w: Writer, path: tuple[str, ...]) -> list[str]:
    line = w.good(path)
    del line[w.rng.randrange(len(line))]
    return line


def an_unknown_command(w: Writer, path: tuple[str, ...]) -> list[str]:
    line = w.good(path)
    at = w.rng.randrange(len(path))
    other = w.rng.choice(["show", "delete", "drop", "list", "log", "", "Branch", "help", "import"])
    line[at] = w.rng.choice([line[at][:-1], line[at].upper(), line[at] + "s", other])
    return line


def only_a_group(w: Writer, path: tuple[str, ...]) -> list[str]:
    return [*w.common(0.2), *path[:-1], *w.common(0.2), *w.rng.choice([[], ["--"], ["-h"]])]


def what_excludes_another(w: Writer, path: tuple[str, ...]) -> list[str]:
    pairs = [p for p in w.leaves if w.command(p).conflicts]
    path = w.rng.choice(pairs)
    command = w.command(path)
    given = {o.name: w.option(o) for o in command.options}
    given |= {p.name: [w.value(p.value)] for p in command.positionals}
    both = [given[name] for name in w.rng.choice(command.conflicts)]
    always = [given[p.name] for p in command.positionals if p.required]
    return [*path, *[word for group in [*always, *both] for word in group]]


def help_somewhere(w: Writer, path: tuple[str, ...]) -> list[str]:
    asked = w.rng.choice(["--help", "-h", "-V", "--version", "-vh", "-hv", "--help=x", "-h=x"])
    return w.place(w.good(path), asked)


def help_and_a_mistake(w: Writer, path: tuple[str, ...]) -> list[str]:
    mistake = w.rng.choice([a_bad_value, a_word_too_many, a_common_mistake, a_flag_given_twice])
    return w.place(mistake(w, path), w.rng.choice(["--help", "-h", "-V"]))


def the_help_command(w: Writer, path: tuple[str, ...]) -> list[str]:
    line = [*path[: w.rng.randint(0, 2)]]
    tail = w.rng.choice([[], ["help"], ["x"], ["--help"], ["-v"], ["help", "x"]])
    return w.place(line, "help") + tail


def two_dashes_somewhere(w: Writer, path: tuple[str, ...]) -> list[str]:
    return w.place(w.good(path), "--")


def a_cluster(w: Writer, path: tuple[str, ...]) -> list[str]:
    letters = [s[1] for s in w.command(path).flags if len(s) == 2] + ["x", "="]
    return [*w.good(path), "-" + "".join(w.rng.choices(letters, k=w.rng.randint(1, 3)))]


def words_in_another_order(w: Writer, path: tuple[str, ...]) -> list[str]:
    line = w.good(path)
    one, other = w.rng.randrange(len(line)), w.rng.randrange(len(line))
    line[one], line[other] = line[other], line[one]
    return line


MISTAKES: tuple[Mistake, ...] = (
    a_flag_of_another_command,
    a_flag_of_another_version,
    a_common_mistake,
    a_misspelt_flag,
    an_abbreviated_flag,
    a_missing_value,
    a_dashed_value,
    a_bad_value,
    a_bad_word,
    an_unneeded_value,
    a_flag_given_twice,
    a_word_too_many,
    a_word_too_few,
    an_unknown_command,
    only_a_group,
    what_excludes_another,
    help_somewhere,
    help_and_a_mistake,
    the_help_command,
    two_dashes_somewhere,
    a_cluster,
    words_in_another_order,
)


def lines(version: str, count: int) -> list[tuple[str, list[str]]]:
    """(what was done to it, the line): every third is meant to be right."""
    writer = Writer(version)
    kinds = [kind for mistake in MISTAKES for kind in (mistake, mistake, no_mistake)]
    drawn = [kinds[i % len(kinds)] for i in range(count)]
    return [(kind.__name__, kind(writer, writer.rng.choice(writer.leaves))) for kind in drawn]


@pytest.mark.parametrize("version", ["0.1.16", "0.2.0", "0.3.0", INSTALLED])
def test_reads_a_line_as_the_real_parser_does(version: str):
    """Of 500 lines for each version, those with problems are those the program rejects."""
    drawn = lines(version, LINES)
    with Program(program_of(version)) as program, ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda drawn_line: program.accepts(drawn_line[1]), drawn))
    known = reference.load(version)
    calls = [bauplan_cli.read(line, known) for _, line in drawn]
    wrong = [
        (what, line, "taken" if real else "rejected", call.problems)
        for (what, line), real, call in zip(drawn, taken, calls, strict=True)
        if real == bool(call.problems)
    ]
    assert wrong == []
    assert len({tuple(line) for _, line in drawn}) > LINES * 0.9
    assert 0.3 < sum(taken) / LINES < 0.7


def test_draws_each_kind_of_mistake():
    """Of every kind there are lines that the reading rejects, and the right ones pass."""
    known = reference.load(INSTALLED)
    rejected = Counter(
        what for what, line in lines(INSTALLED, LINES) if bauplan_cli.read(line, known).problems
    )
    assert rejected["no_mistake"] == 0
    assert {mistake.__name__ for mistake in MISTAKES} <= set(rejected)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Callable[[list[str]], str]]:
    """Has the installed program say what it understood: with `-v` it logs that, then fails.

    Nothing listens at its endpoint.
    """
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    environment = {"HOME": str(tmp_path), "BAUPLAN_API_KEY": "none", "NO_COLOR": "1"}

    def run(line: list[str]) -> str:
        done = subprocess.run(
            [program_of(INSTALLED), "-v", *line],
            env=environment | {"BAUPLAN_API_ENDPOINT": endpoint},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return next(said for said in done.stderr.splitlines() if "cli invocation" in said)

    yield run
    closed.close()


NO_LOG = ("version", "config", "init")  # answered before anything is logged


def field(name: str, values: tuple[str, ...] | None, value: Value | None, *, many: bool) -> str:
    """How Rust prints one option or word of the line; "" for a kind that is not looked at."""
    key = name.lower().replace("-", "_")
    if len(key) == 1:  # `checkout -b`: the field has another name
        return ""
    if value is None:
        return f"{key}: {'true' if values else 'false'}"
    if values is None or value.kind not in ("string", "path", "pair"):
        return ""
    shown = [f'"{text}"' for text in values]
    if value.kind == "pair":
        halves = [text.partition("=") for text in values]
        shown = [f'KeyValue("{key}", "{text}")' for key, _, text in halves]
    return f"{key}: [{', '.join(shown)}]" if many else f"{key}: Some({shown[0]})"


def expected(call: bauplan_cli.BauplanCall, known: Reference) -> list[str]:
    """Parts of the program's log that follow from our reading of the line."""
    command = known.command(call.command)
    path = [name.title().replace("-", "") for name in call.command]
    parts = [f"command: {path[1]}(" if len(path) > 1 else f"command={path[0]}"]
    for option in known.own(command):
        many = option.repeatable
        parts.append(field(option.name, call.options.get(option.name), option.value, many=many))
    for place, word in zip(command.positionals, call.positionals, strict=False):
        parts.append(field(place.name, (word,), place.value, many=False))
    return [part for part in parts if part]


def is_logged(call: bauplan_cli.BauplanCall) -> bool:
    """Not a line with a second `-v`, nor one whose timeout the program refuses before it logs."""
    timeouts = [int(value) for value in call.options.get("client-timeout", ())]
    return not call.problems and min(timeouts, default=1) > 0


def test_understands_a_line_as_the_real_program_does(told: Callable[[list[str]], str]):
    """Command, values, words and switches are those that the program says it has read."""
    writer = Writer(INSTALLED)
    leaves = [path for path in writer.leaves if path[0] not in NO_LOG] * 4
    drawn = [writer.good(leaf) for leaf in leaves]
    calls = {tuple(line): bauplan_cli.read(["-v", *line], writer.reference) for line in drawn}
    taken = {line: call for line, call in calls.items() if is_logged(call)}
    with ThreadPoolExecutor(4) as pool:
        logs = list(pool.map(lambda line: told(list(line)), taken))
    wrong = [
        (line, part, log)
        for (line, call), log in zip(taken.items(), logs, strict=True)
        for part in expected(call, writer.reference)
        if part not in log and part.replace("Some(", "").removesuffix(")") not in log
    ]
    assert wrong == []
    assert len(taken) > 80
