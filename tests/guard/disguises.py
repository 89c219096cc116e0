"""Ways to rewrite a bash command line that keep its meaning."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from hypothesis import strategies as st

Argv = tuple[str, ...]
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=-")


def _bare(text: str) -> str:
    return "".join(letter if letter in _SAFE else "\\" + letter for letter in text)


def _double(text: str) -> str:
    return '"' + "".join("\\" + c if c in '"\\$`' else c for c in text) + '"'


def _single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _ansi(text: str) -> str:
    return "$'" + "".join(f"\\x{byte:02x}" for byte in text.encode()) + "'"


def _octal(text: str) -> str:
    return "$'" + "".join(f"\\{byte:03o}" for byte in text.encode()) + "'"


def _continued(text: str) -> str:
    return "\\\n".join(_bare(letter) for letter in text) if "\n" not in text else _single(text)


def _escaped(text: str) -> str:
    return "".join("\\" + letter for letter in text) if "\n" not in text else _single(text)


_QUOTES: tuple[Callable[[str], str], ...] = (
    _bare, _double, _single, _ansi, _octal, _continued, _escaped,
)  # fmt: skip


# Those that are always understood; a continuation inside of a word, for one, is refused.
PLAIN_QUOTES = (_double, _single, _ansi)
Quotes = tuple[Callable[[str], str], ...]


@st.composite
def spelled(draw: st.DrawFn, text: str, quotes: Quotes = _QUOTES) -> str:
    """One word, cut into parts that are each quoted in some way."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    word = "".join(draw(st.sampled_from(quotes))(part) for part in parts)
    return word or "''"


@st.composite
def quoted(draw: st.DrawFn, argv: Argv) -> str:
    """An argv whose words are quoted in ways that are always understood."""
    return " ".join(draw(spelled(word, PLAIN_QUOTES)) for word in argv)


@st.composite
def command(draw: st.DrawFn, argv: Argv) -> str:
    """An argv as a simple command: quoting, blanks, redirections in any place."""
    words = [draw(spelled(word)) for word in argv]
    for redirect in draw(st.lists(st.sampled_from(_REDIRECTS), max_size=2)):
        words.insert(draw(st.integers(0, len(words))), redirect)
    blanks = st.sampled_from((" ", "  ", "\t", " \\\n"))
    return "".join(draw(blanks) + word for word in words).strip(" \t")


_REDIRECTS = (">/dev/null", "2>/dev/null", "2>&1", "</dev/null", "> /dev/null", "<<<x")


def _with_variable(argv: Argv) -> list[str]:
    """The argv with some of its words held by a variable, a loop or a function."""
    rest = shlex.join(argv[1:])
    name, last = argv[0], argv[-1]
    front = shlex.join(argv[:-1])
    half = len(name) // 2
    return [
        f"x={_single(name)}; $x {rest}",
        f'x={_single(last)} && {front} "$x"',
        f'x={_single(last)}; y=$x; {front} "${{y}}"',
        f"a={name[:half]} b={name[half:]}; $a$b {rest}",
        f'for x in {_single(last)}; do {front} "$x"; done',
        f"for x in harmless {_single(name)}; do $x {rest}; done",
        f'f() {{ "$@"; }}; f {shlex.join(argv)}',
        f'f() {{ {front} "$1"; }}; f {_single(last)}',
        f"f() {{ $1 {rest}; }}; f {name}",
        f"{{{name},{','.join(map(_brace_item, argv[1:]))}}}",
        f"{{{name},}} {rest}",
        f"x=$(echo {name}); $x {rest}",
        f"$(echo {name}) {rest}",
        f'x={_single(shlex.join(argv))}; eval "$x"',
        f"eval {_single(shlex.join(argv))}",
        f"printf '%s' {_single(rest)} | xargs {name}",
        f"echo {_single(shlex.join(argv))} | sh",
        f"bash <<'EOF'\n{shlex.join(argv)}\nEOF",
        f"bash <<< {_single(shlex.join(argv))}",
        f"find . -maxdepth 0 -exec {shlex.join(argv)} ';'",
    ]


def _brace_item(word: str) -> str:
    return "".join(letter if letter in _SAFE else "\\" + letter for letter in word)


def held(argv: Argv) -> st.SearchStrategy[str]:
    """The argv reached through a variable, a loop, a function, a text."""
    return st.sampled_from(_with_variable(argv))


_PREFIXES = (
    "env ", "command ", "nohup ", "timeout 5 ", "time ", "nice -n 5 ", "exec ", "stdbuf -o0 ",
    "setsid ", "xargs ", "sudo ", "env A=1 ", "A=1 ", "LC_ALL=C ", "\\\n", "builtin command ",
    "uv run --no-sync ", "busybox ", "ionice -c3 ", "command -p ", "time -p ", "! ", "doas ",
    "env -u A ", "timeout -s KILL 5 ", ">/dev/null ", "2>&1 ", "coproc ",
)  # fmt: skip


def _wrapped(line: str) -> list[str]:
    """A whole command line inside of a construct that runs it."""
    quoted = _single(line)
    return [
        f"true && {line}", f"true; {line}", f"{line}; true", f"{line} || true", f"true | {line}",
        f"{line} | cat", f"{line} &", f"true & {line}", f"true\n{line}", f"( {line} )", f"({line})",
        f"{{ {line}\n}}", f"echo $({line})", f'echo "a$({line})"', f"x=$({line})",
        f"cat <({line})", f"echo a > >({line})", f"cat <<EOF\n$({line}\n)\nEOF",
        f"if {line}\nthen true; fi", f"if true; then {line}\nfi",
        f"if false; then ls; else {line}\nfi",
        f"for i in 1 2; do {line}\ndone", f"while {line}\ndo break; done",
        f"until false; do {line}\nbreak; done", f"case a in *) {line}\n;; esac",
        f"g() {{ {line}\n}}; g", f"g() ( {line}\n); g", f"function g {{ {line}\n}}\ng",
        f"bash -c {quoted}", f"sh -c {quoted}", f"bash -ec {quoted} a b", f"env bash -c {quoted}",
        f"eval {quoted}", f"echo {quoted} | bash", f"bash <<< {quoted}", f"source <(echo {quoted})",
        f"trap {quoted} EXIT", f"cd . && {line}", f"cd .; {line}", f"ls # note\n{line}",
        f"{{ {line}\n}} > /dev/null 2>&1", f"( {line} ) </dev/null", f"! {{ {line}\n}}",
        f"echo ${{x:-$({line})}}", f"[ -n \"$({line})\" ]", f"[[ -n $({line}) ]]",
        f"find . -maxdepth 0 -exec bash -c {quoted} ';'", f"timeout 5 bash -c {quoted}",
        f"xargs -I% bash -c {quoted}", f"echo '#' ; {line}", f"echo \\' ; {line}",
        f"cat <<'EOF'\n'\nEOF\n{line}", f"cat <<-EOF\n\ttext\n\tEOF\n{line}",
        f"export y=$({line})", f"local y=$({line})", f"read -r x < <({line})",
        f"while read -r x; do {line}\ndone <<< a", f"set -e; {line}", f"[ -d . ] && {line}",
        f"h() {{ g; }}; g() {{ {line}\n}}; h", f"true &&\n{line}", f"true |\n{line}",
    ]  # fmt: skip


@st.composite
def disguised(draw: st.DrawFn, argv: Argv, depth: int = 3) -> str:
    """A command line that runs `argv`, rewritten and nested up to `depth` times."""
    line = draw(st.one_of(command(argv), command(argv), held(argv)))
    if draw(st.booleans()):
        line = draw(st.sampled_from(_PREFIXES)) + line
    for _ in range(draw(st.integers(0, depth))):
        line = draw(st.sampled_from(_wrapped(line)))
    return line


def nested(line: str) -> st.SearchStrategy[str]:
    """A whole command line, as it is, inside of constructs that run it."""
    return st.sampled_from(_wrapped(line)).flatmap(
        lambda outer: st.one_of(st.just(outer), st.sampled_from(_wrapped(outer)))
    )


def as_argv(command_line: str) -> Argv | None:
    """The words of a plain command line; None where it is more than one command."""
    if any(mark in command_line for mark in "|&;<>$`(){}~*\n="):
        return None
    return tuple(shlex.split(command_line))
