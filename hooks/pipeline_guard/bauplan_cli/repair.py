"""Corrects one fault of a `bauplan` command line: words in, words out.

Where nothing sensible can be done a repair is None, and the answer is the command's help.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pipeline_guard import bauplan_cli
from pipeline_guard.bauplan_cli import Fault, Parse
from pipeline_guard.bauplan_cli import drift as bauplan_drift
from pipeline_guard.bauplan_cli.drift import Given, Instead
from pipeline_guard.bauplan_cli.reference import Command, Value

Line = list[str]

_ALIKE = 0.75  # of difflib's ratio: `--namspace` is, `--bogus` and `--verbose` are not
_LONGEST_NUMBER = 25
_LISTS = ("ls", "list", "log", "show", "get")  # of a command that has no such one: `commit ls main`


def repair(parse: Parse, fault: Fault) -> Line | None:
    """The line with this fault put right; the next one may show only then."""
    return _REPAIRS[fault.kind](parse, fault)


def instead_of(parse: Parse, fault: Fault) -> Instead | None:
    """The words that say what an unknown flag was meant to say, by what is known of mistakes,
    else by the flag that is spelled most like it."""
    value, _ = _value_after(parse.argv, fault.at)
    given = Given(parse.command, fault.part.lstrip("-"), value, parse.argv)
    return bauplan_drift.flag(given) or _nearest_words(parse.command, fault.part, value)


def _nearest_flag(command: Command, flag: str) -> str | None:
    """The flag of this command that was most likely meant, in the spelling that is nearest."""
    if len(flag) == 2:
        return flag.swapcase() if flag.swapcase() in command.flags else None
    spellings = [spelling for spelling in command.flags if spelling.startswith("--")]
    begun = [spelling for spelling in spellings if spelling.startswith(flag.lower())]
    near = begun or difflib.get_close_matches(flag.lower(), spellings, n=1, cutoff=_ALIKE)
    return near[0] if near else None


def _nearest(word: str, names: Sequence[str]) -> str | None:
    """The name that is most like this word, in any letter case."""
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1)
    return by_lower[near[0]] if near else None


def _blank(value: Value) -> str:
    return f"<{'|'.join(value.choices) or value.name}>"


def _no_command(parse: Parse, fault: Fault) -> Line | None:
    del fault
    line = [word for word in parse.argv if word != "--"]
    return [*line, "ls"] if "ls" in parse.command.subcommands else None


def _unknown_command(parse: Parse, fault: Fault) -> Line | None:
    before, after = parse.argv[: fault.at], parse.argv[fault.end + 1 :]
    if fault.part.startswith("-"):  # after `help`, which takes no flags
        return [*before, *after]
    table = parse.command.subcommands
    meant = [name for name in bauplan_drift.COMMANDS.get(fault.part, ()) if name in table]
    if not meant and (group := _group_of(parse, fault.part, after[:1])):
        return [*before, group, fault.part, *after[after[:1] == [group] :]]
    name = next(iter(meant), _nearest(fault.part, list(table)))
    return None if name is None else [*before, table.get(name, name), *after]


def _group_of(parse: Parse, name: str, after: Line) -> str:
    """The group that has this command, where it was left out or follows: `bauplan get job X`."""
    groups = {
        group
        for group in parse.command.subcommands.values()
        if name in parse.reference.command((*parse.command.path, group)).subcommands
    }
    if groups.intersection(after):
        return after[0]
    return groups.pop() if len(groups) == 1 else ""


def _unknown_flag(parse: Parse, fault: Fault) -> Line | None:
    line, command, word = parse.argv, parse.command, parse.argv[fault.at]
    if " " in word and command.positionals:  # a value that begins with dashes, as an SQL comment
        return [*line[: fault.at], "--", *line[fault.at :]]
    if f"-{word.partition('=')[0]}" in command.flags:  # one dash too few
        return [*line[: fault.at], f"-{word}", *line[fault.at + 1 :]]
    if len(fault.part) == 2 and fault.part != word.partition("=")[0]:  # in a cluster
        return None
    value, end = _value_after(line, fault.at)
    if fault.part == "--namespace" and parse.places and value and _takes_table(command):
        return _qualified(line, parse.places[0], fault.at, end, value)
    instead = instead_of(parse, fault)
    if instead is None:
        return _behind_its_command(parse, fault) if command.group else None
    rest = line[end:] if instead.uses_value else line[fault.at + 1 :]
    return [*line[: fault.at], *instead.words, *rest]


def _takes_table(command: Command) -> bool:
    return [positional.name for positional in command.positionals] == ["TABLE_NAME"]


def _qualified(line: Line, table: int, start: int, end: int, namespace: str) -> Line:
    """`table get t --namespace ns` is `table get ns.t`."""
    name = line[table] if "." in line[table] else f"{namespace}.{line[table]}"
    return [*line[:table], name, *line[table + 1 : start], *line[end:]]


def _behind_its_command(parse: Parse, fault: Fault) -> Line | None:
    """The line with a flag of the command, that stood before it, at its end."""
    line, at = parse.argv, fault.at
    _, end = _value_after(line, at)
    for stop in (at + 1, end):  # a switch, or a flag with the word behind it
        rest = Parse([*line[:at], *line[stop:]], parse.reference)
        rest.run()
        option = rest.command.flags.get(fault.part)
        if option is not None and (option.value is None) == (
            stop == at + 1 and "=" not in line[at]
        ):
            return [*rest.argv, *line[at:stop]]
    return None


def _value_after(line: Line, at: int) -> tuple[str | None, int]:
    """The value a flag at this place carries, and the index behind it."""
    _, joined, text = line[at].partition("=")
    if joined:
        return text, at + 1
    ahead = line[at + 1] if at + 1 < len(line) else "-"
    return (None, at + 1) if ahead.startswith("-") else (ahead, at + 2)


def _nearest_words(command: Command, flag: str, value: str | None) -> Instead | None:
    spelling = _nearest_flag(command, flag)
    if spelling is None:
        return None
    taken = command.flags[spelling].value
    if taken is None:
        return Instead([spelling], False)
    return Instead([spelling, value if value is not None else _blank(taken)], True)


def _no_value(parse: Parse, fault: Fault) -> Line | None:
    line, option = parse.argv, fault.option
    if option is None or option.value is None:
        return None
    ahead = line[fault.at + 1] if fault.at + 1 < len(line) else "--"
    flag = ahead.partition("=")[0]
    if ahead != "--" and flag not in parse.command.flags and flag[:2] not in parse.command.flags:
        return [*line[: fault.at], f"{line[fault.at]}={ahead}", *line[fault.at + 2 :]]
    word = "on" if option.value.choices[:2] == ("on", "off") else _blank(option.value)
    return [*line[: fault.at + 1], word, *line[fault.at + 1 :]]


def _bad_value(parse: Parse, fault: Fault) -> Line | None:
    line, command = parse.argv, parse.command
    if fault.option is None:
        value = command.positionals[min(len(parse.positionals), len(command.positionals) - 1)].value
        return [*line[: fault.at], _good_value(value, fault.part), *line[fault.at + 1 :]]
    if fault.option.value is None:
        return None
    if fault.option.name == "format" and fault.part in ("json", "tty"):
        return [*line[: fault.at], "--output", fault.part, *line[fault.end + 1 :]]
    good = _good_value(fault.option.value, fault.part)
    last = line[fault.end]
    head = last[: len(last) - len(fault.part)]
    return [*line[: fault.end], head + good, *line[fault.end + 1 :]]


def _good_value(value: Value, text: str) -> str:
    """A value of this kind that is most like the text, else a blank to fill in."""
    if value.kind == "choice":
        known = bauplan_drift.VALUES.get(text.lower())
        meant = known if known in value.choices else _nearest(text, value.choices)
        return meant or _blank(value)
    digits = text.lstrip("+-")
    if value.kind == "integer" and digits.isdecimal() and len(text) < _LONGEST_NUMBER:
        return str(max(value.min, min(value.max, int(digits) * (-1 if text[0] == "-" else 1))))
    if value.kind == "pair" and text:
        return f"{text}=<VALUE>"
    return _blank(value)


def _unneeded_value(parse: Parse, fault: Fault) -> Line | None:
    line, option = parse.argv, fault.option
    if option is None:
        return None
    instead = bauplan_drift.toggle(Given(parse.command, option.name, fault.why, line))
    words = instead.words if instead is not None else [fault.part]
    return [*line[: fault.at], *words, *line[fault.at + 1 :]]


def _repeated(parse: Parse, fault: Fault) -> Line | None:
    line, word = parse.argv, parse.argv[fault.at]
    once = "".join(dict.fromkeys(word))
    if not word.startswith("--") and fault.end == fault.at and once != word and len(once) > 1:
        return [*line[: fault.at], once, *line[fault.at + 1 :]]
    return [*line[: fault.at], *line[fault.end + 1 :]]


def _too_many(parse: Parse, fault: Fault) -> Line | None:
    line, command, at = parse.argv, parse.command, fault.at
    if command.group:
        return [word for word in line if word != "--"]
    single = next((i for i, word in enumerate(line[:at]) if _one_dash(command, word)), None)
    if single is not None:
        return [*line[:single], f"-{line[single]}", *line[single + 1 :]]
    before = line[at - 1].lstrip("-")
    if line[at - 1].startswith("--") and bauplan_drift.is_toggle_value(fault.part):
        instead = bauplan_drift.toggle(Given(command, before, fault.part, line))
        return [*line[: at - 1], *(instead.words if instead else [line[at - 1]]), *line[at + 1 :]]
    if [positional.name for positional in command.positionals] == ["SQL"]:
        return _quoted(line, parse.places[0])
    flag = bauplan_drift.FLAGGED.get(command.path, "")
    if flag and flag not in line:
        return [*line[:at], flag, *line[at:]]
    if parse.places and line[parse.places[0]] in _LISTS:
        at = parse.places[0]
    return [*line[:at], *line[at + 1 :]]


def _one_dash(command: Command, word: str) -> bool:
    """Whether a word is a long flag with one dash too few, as `-ref`."""
    plain = word.startswith("-") and not word.startswith("--") and len(word) > 2
    return plain and f"-{word.partition('=')[0]}" in command.flags


def _quoted(line: Line, start: int) -> Line:
    """SQL that was not quoted, made one word."""
    flags = (i for i in range(start, len(line)) if line[i].startswith("-"))
    end = next(flags, len(line))
    return [*line[:start], " ".join(line[start:end]), *line[end:]]


def _missing(parse: Parse, fault: Fault) -> Line | None:
    option = fault.option
    if option is not None and option.value is not None:
        return [*parse.argv, option.spellings[0], _blank(option.value)]
    return [*parse.argv, f"<{fault.part}>"]


def _conflict(parse: Parse, fault: Fault) -> Line | None:
    """Keeps the word told by its place, else the flag that was named first."""
    names = [name for name in (fault.why, fault.part) if f"--{name}" in parse.command.flags]
    option = parse.command.flags[f"--{names[0]}"]
    for at, word in enumerate(parse.argv):
        if word.partition("=")[0] in option.spellings:
            _, end = _value_after(parse.argv, at)
            return [*parse.argv[:at], *parse.argv[end:]]
    return None


_REPAIRS = {
    bauplan_cli.NO_COMMAND: _no_command,
    bauplan_cli.UNKNOWN_COMMAND: _unknown_command,
    bauplan_cli.UNKNOWN_FLAG: _unknown_flag,
    bauplan_cli.NO_VALUE: _no_value,
    bauplan_cli.BAD_VALUE: _bad_value,
    bauplan_cli.UNNEEDED_VALUE: _unneeded_value,
    bauplan_cli.REPEATED: _repeated,
    bauplan_cli.TOO_MANY: _too_many,
    bauplan_cli.MISSING: _missing,
    bauplan_cli.CONFLICT: _conflict,
}
