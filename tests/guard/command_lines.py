"""Random bash command lines for the proofs: every construct the guard follows, and some it refuses.

The names they run are stubs, every path is relative, so that a line can be run for real in a
throw-away folder.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

PROGRAMS = ("git", "bauplan", "ls", "cat", "grep", "sort", "head", "rm", "tee", "ruff", "self-heal")
REAL_WRAPPERS = (
    "env",
    "nohup",
    "timeout",
    "nice",
    "xargs",
    "find",
    "stdbuf",
    "setsid",
    "bash",
    "sh",
)

_ATOMS = (
    "a b.txt main -n --ref x=1 @ HEAD@{1} {a,b} {1..3} {3..1..2} {01..03} a{b,c}d {x} {} {,x} "
    "{{a,b},c} {a,'b,c'} {a,b}{c,d} {a,b {a..c} ~ ~/q a~ ~+ *.txt d/* ?.md *.none $V ${V} ${#V} "
    "${V:-d} ${V%b} ${U:-z} $U \"$V\" \"${V}x\" 'q_r' \"q_r\" $'\\x61' $'a\\tb' $'\\'' \\$ \\\\ "
    '\\a $(echo hi) "$(echo hi)" `pwd` $(cat<b.txt) $((1+2)) # a#b ! % ^ = --x=y \'\' "" $@ '
    '${V:0:1} "${V:1}" ${V#*.} "${V##*.}" ${V%.*} "${V%%b*}" ${A[@]} "${A[@]}" "x${A[@]}" ${#A[@]} '
    '"${A[*]}" $A ${V:1:1}c $((2*3)) ${PIPESTATUS[0]} '
    '"$@" $1 <(ls) é $"tr" $ "$" "\\$V" "a\\b" a\\\nb "a\\\nb" \'a\\b\' $? .. ./a d/../a {a,$V} '
    "[a] [ab].txt $V$V -la {a,b\\,c} \\{a,b\\} {$V,y} a=~ -- $(git\\ x) $(git log) "
).split(" ")
_PLAIN = "a b.txt main -n --ref x=1 {a,b} *.txt $V 'q_r' \"q r\" $'\\x61' \\$ d/e --x=y".split(" ")
_ATOMS = [atom for atom in _ATOMS if atom] + ["'q r'", '"q  r"', "\\ ", "$(echo a b)", "'a\nb'"]
_BLANKS = st.sampled_from((" ", "  ", "\t", " \\\n", " \\\n  "))
_NAMES = st.sampled_from(("V", "W"))


@cache
def words() -> st.SearchStrategy[str]:
    """One word, of up to three parts that touch."""
    plain = st.sampled_from(_PLAIN)
    any_word = st.lists(st.sampled_from(_ATOMS), min_size=1, max_size=3).map("".join)
    return st.one_of(plain, plain, any_word)


@cache
def _names() -> st.SearchStrategy[str]:
    plain = st.sampled_from(PROGRAMS)
    disguised = st.sampled_from(
        ("g'i't", '"git"', "\\git", "gi\\\nt", "$'git'", "g{it,}", "$G", "bau''plan", "ba\\uplan")
    )
    wrapped = st.tuples(
        st.sampled_from(
            (
                "env",
                "env A=1",
                "command",
                "nohup",
                "timeout 5",
                "time",
                "nice -n 1",
                "nice",
                "xargs",
                "xargs -n 1",
                "exec",
                "builtin",
                "stdbuf -o0",
                "LC_ALL=C",
                "A=1",
                "find . -maxdepth 0 -exec",
                "command -p",
                "time -p",
                "env -u A",
            )
        ),
        plain,
    ).map(" ".join)
    return st.one_of(plain, plain, disguised, wrapped)


_REDIRECTS = st.sampled_from(
    (
        ">f1",
        "> f2",
        ">>f3",
        "2>&1",
        "2>f4",
        "&>f5",
        ">|f6",
        "<b.txt",
        "</dev/null",
        ">/dev/null",
        ">&2",
        "2>/dev/null",
        ">&f7",
        "<<<w",
        "<<< $V",
        ">'f 8'",
        ">f{9,}",
        ">$V",
        ">f$V",
        "3>f10",
        "2>&-",
        "&>>f11",
        "a2>f12",
        "1>f13",
        ">f14 word",
        "> >(cat)",
        "< <(ls)",
        "<<<'a b'",
    )
)


@st.composite
def commands(draw: st.DrawFn) -> str:
    """One simple command, with redirections in any place."""
    parts = [draw(_names()), *draw(st.lists(words(), max_size=4))]
    for redirect in draw(st.lists(_REDIRECTS, max_size=2)):
        parts.insert(draw(st.integers(0, len(parts))), redirect)
    line = parts[0]
    for part in parts[1:]:
        line += draw(_BLANKS) + part
    return line


@cache
def _simple() -> st.SearchStrategy[str]:
    assigned = st.builds("{}={}".format, _NAMES, words())
    return st.one_of(
        commands(),
        commands(),
        commands(),
        assigned,
        st.sampled_from(
            (
                "cd d",
                "cd ..",
                "cd none",
                "cd d/e",
                "cd",
                "cd -P d",
                "cd ./d",
                "true",
                "false",
                "V=b.txt",
                "W='a b'",
                "G=git",
                "echo $V",
                "[ -f b.txt ]",
                "[ $V = a ]",
                "test -n x",
                "[[ $V == a* ]]",
                "break",
                "continue",
                "read V",
                "set -e",
                "export W=1",
                "unset V",
                "V+=c",
                "A=(a 'b c' $V)",
                "A=(main)",
                "A=()",
                "V=$((V+1))",
                "exit",
                "printf '%s\\n' a",
                ":",
                "shift",
                "return",
                "local V=1",
                "f",
                "f a 'b c'",
            )
        ),
    )


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    three = st.tuples(inner, inner, inner)
    items = st.lists(words(), min_size=1, max_size=3).map(" ".join)
    bodies = st.sampled_from(("hi $V", "$(git x)", "", "EOF2", "  EOF", "a\\\nb", "'q", "`ls`"))
    quoted = inner.map(lambda text: "'" + text.replace("'", "'\\''") + "'")
    return st.one_of(
        st.tuples(
            inner, st.sampled_from((" && ", "&&", " || ", "; ", "\n", " & ", " | ", "|")), inner
        ).map("".join),
        st.tuples(
            inner, st.sampled_from((" && ", " || ", "; ", " | ", " |& ", " &&\n")), inner
        ).map("".join),
        inner.map("( {} )".format),
        inner.map("{{ {}; }}".format),
        inner.map("! {}".format),
        inner.map("{} &".format),
        inner.map("$({})".format),
        inner.map("echo $({}) x".format),
        inner.map('echo "$({})" x'.format),
        inner.map("{} # git push".format),
        st.tuples(inner, _REDIRECTS).map("{{ {0[0]}; }} {0[1]}".format),
        st.tuples(inner, _REDIRECTS).map("( {0[0]} ) {0[1]}".format),
        two.map("if {0[0]}; then {0[1]}; fi".format),
        three.map("if {0[0]}\nthen {0[1]}\nelse {0[2]}\nfi".format),
        three.map("if {0[0]}; then {0[1]}; elif {0[2]}; then ls; else cat; fi".format),
        st.tuples(_NAMES, items, inner).map("for {0[0]} in {0[1]}; do {0[2]}; done".format),
        st.tuples(inner, inner).map("while {0[0]}; do {0[1]}; break; done".format),
        inner.map("until false; do {}; break; done".format),
        inner.map("while read V; do {}; done <<<'a b'".format),
        st.tuples(words(), inner, inner).map(
            "case {0[0]} in a|b*) {0[1]};; (*) {0[2]} ;; esac".format
        ),
        two.map("f() {{ {0[0]}; }}; {0[1]}; f x y".format),
        st.tuples(inner, inner).map("function f {{ {0[0]}\n}}\nf; {0[1]}".format),
        st.tuples(commands(), bodies).map("{0[0]} <<EOF\n{0[1]}\nEOF\n".format),
        st.tuples(commands(), bodies).map("{0[0]} <<'EOF'\n{0[1]}\nEOF\n".format),
        st.tuples(commands(), bodies).map("{0[0]} <<-EOF\n\t{0[1]}\n\tEOF\n".format),
        st.tuples(commands(), st.sampled_from((" | ", " && ", " || ", "; ")), inner, bodies).map(
            "{0[0]} <<EOF{0[1]}{0[2]}\n{0[3]}\nEOF\n".format
        ),
        quoted.map("bash -c {}".format),
        quoted.map("sh -c {}".format),
        quoted.map("bash -ec {} x y".format),
    )


@cache
def lines() -> st.SearchStrategy[str]:
    """Whole command lines, nested up to three levels deep."""
    one = _simple()
    two = st.one_of(one, _compound(one))
    three = st.one_of(two, _compound(two))
    return st.one_of(one, two, three, _compound(three))


@st.composite
def spoiled_lines(draw: st.DrawFn) -> str:
    """Command lines with a character put in somewhere: what a parser may misread."""
    line = draw(lines())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(line)))
        spoil = draw(st.sampled_from([*"'\"`$(){}[]<>|&;#!\\ \n\t=~*?-,:@+%^a1", "\\\n", "$("]))
        line = line[:at] + spoil + line[at:]
    return line
