"""What to type in the place of a program that is not one of the skill's tools.

Loaded for a refusal only. Each answer is a sentence for the agent; what stands in backquotes is a
command that the guard lets pass, or a line of the workflow with a `<placeholder>`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from pipeline_guard.programs import options
from pipeline_guard.programs.table import TABLE

_SAME = {
    "egrep": ("grep", "-E"),
    "fgrep": ("grep", "-F"),
    "rgrep": ("grep", "-r"),
    "ag": ("rg",),
    "ack": ("rg",),
    "readlink": ("realpath",),
    "dir": ("ls",),
    "exa": ("ls",),
    "eza": ("ls",),
}
_SHOWS = {
    "nl": ("cat", "-n"),
    **dict.fromkeys(
        "less more most view bat batcat tac fold fmt pr expand strings".split(), ("cat",)
    ),
    **dict.fromkeys("od xxd hexdump hd".split(), ("cat", "-A")),
    **dict.fromkeys("md5sum sha1sum sha256sum shasum cksum sum".split(), ("git", "ls-files", "-s")),
    **dict.fromkeys("black isort yapf".split(), ("ruff", "format", "--check")),
    **dict.fromkeys("flake8 pylint pyflakes pycodestyle".split(), ("ruff", "check")),
    **dict.fromkeys("mypy pyright pyre".split(), ("ty", "check")),
}
_WAITS = "Nothing has to be waited for: `bauplan run` ends with its job"
_DOCUMENTATION = "Read the documentation with WebFetch https://docs.bauplanlabs.com/…"
_WHO = "`bauplan info` says who and where you are"
_PACKAGES = "`bauplan version` is what is installed; a model's packages stand in its decorator"
_JOBS = "`bauplan job ls --max-count 5` shows what runs"
_NUMBERS = "Write the numbers out: `for i in {1..3}; do echo $i; done`"
_WRITE = "Use the Write or Edit tool on the file itself"
_MOVED = "Leave the file where it is; Write a report under its right name"
_PERSON = "A person opens the pull request; the summary in debug/ is what they read"
_PLAIN = "Read the output as it is: leave that part out"
_SAID = {
    **dict.fromkeys("sleep watch usleep at crontab".split(), _WAITS),
    **dict.fromkeys("curl wget http https lynx w3m xh aria2c".split(), _DOCUMENTATION),
    **dict.fromkeys(
        "whoami id hostname uname groups logname who users arch lsb_release".split(), _WHO
    ),
    **dict.fromkeys("pip pip3 pipx conda mamba poetry pdm apt apt-get brew npm".split(), _PACKAGES),
    **dict.fromkeys("ps top htop pgrep pidof lsof jobs free df du uptime".split(), _JOBS),
    **dict.fromkeys("seq jot".split(), _NUMBERS),
    **dict.fromkeys("bc dc expr".split(), "Let the shell count: `echo $((1 + 2))`"),
    **dict.fromkeys(("mv", "rename"), _MOVED),
    **dict.fromkeys(
        "sponge touch cp install dd truncate patch vim vi nano emacs ed code".split(), _WRITE
    ),
    **dict.fromkeys("gh hub glab".split(), _PERSON),
    **dict.fromkeys("column clear reset tput yes script csvlook rich jless".split(), _PLAIN),
    **dict.fromkeys("comm paste join sdiff colordiff cmp".split(), "Compare with `diff <a> <b>`"),
    **dict.fromkeys(
        "fd fdfind locate".split(), "List files with `git ls-files` or `find . -name '*.py'`"
    ),
    **dict.fromkeys("yq yamllint".split(), "Read the file: `cat <file>`"),
    **dict.fromkeys(
        "pytest tox nox make just".split(),
        "The checks of a pipeline are its expectations: the rerun runs them",
    ),
}


def instead(argv: Sequence[str]) -> str:
    """What is right in this program's place; `""` where only the general advice is."""
    name = os.path.basename(argv[0]).casefold() if argv else ""
    name = re.sub(r"(?<=python)[0-9.]+$", "", name)
    words = list(argv[1:])
    if name in _SAME:
        return _line(*_SAME[name], *_fitting(name, words))
    if name in _SHOWS:
        return _line(*_SHOWS[name], *_operands(words))
    if name in TABLE:
        return _plainer(name, words)
    special = _SPECIAL.get(name)
    return (special(words) if special else "") or _SAID.get(name, "")


def _plainer(name: str, words: Sequence[str]) -> str:
    """A read that is refused for an option, or for a word that only running tells."""
    refused = options.read(words, TABLE[name][0]).refused
    return f"Leave `{refused}` out" if refused else "Name the files, and options that only read"


def _line(*words: str) -> str:
    return f"`{' '.join(map(_quoted, words))}`"


def _quoted(word: str) -> str:
    if re.fullmatch(r"[\w@%+=:,./-]+", word, re.ASCII):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _operands(words: Sequence[str]) -> list[str]:
    """The files of a command; what a pipe feeds has none."""
    return [word for word in words if not word.startswith(("-", "+", "(", "$", '"'))]


def _fitting(name: str, words: Sequence[str]) -> list[str]:
    return _operands(words) if name in ("readlink", "ag", "ack", "exa", "eza") else list(words)


def _python(words: Sequence[str]) -> str:
    module, rest = (words[1:2] or [""])[0], list(words[2:])
    if words[:1] in (["--version"], ["-V"]):
        return "A model's Python stands in its decorator, `@bauplan.python('3.11')`"
    if words[:1] != ["-m"]:
        return _JQ if words[:1] == ["-c"] and "json" in words[-1] else ""
    if module == "json.tool":
        return _line("jq", ".", *_operands(rest))
    if module in ("ruff", "ty"):
        return _line(module, *rest)
    checked = module in ("py_compile", "compileall", "pyflakes", "flake8", "pylint", "ast")
    return _line("ruff", "check", *_operands(rest)) if checked else instead((module, *rest))


_JQ = "Read JSON with jq: `bauplan job ls --output json | jq '.[0]'`"


def _awk(words: Sequence[str]) -> str:
    """The two things that awk is used for most: columns and lines."""
    words = [word for word in words if not re.fullmatch(r"-F.?", word)]
    text, files = (words[0].strip() if words else ""), _operands(words[1:])
    columns = re.findall(r"\$([1-9]\d?)", text)
    if re.fullmatch(r"/[^/'`]+/", text.partition("{")[0].strip()):
        return _line("grep", "-nE", text.partition("{")[0].strip()[1:-1], *files)
    if text.startswith("{") and columns:
        feed = f"cat {_quoted(files[0])} | " if files else ""
        return f"`{feed}tr -s ' ' | cut -d' ' -f{','.join(dict.fromkeys(columns))}`"
    lines = re.findall(r"NR\s*[=<>]=?\s*(\d+)", text)
    return _line("sed", "-n", f"{','.join(lines[:2])}p", *files) if lines else ""


def _sed(words: Sequence[str]) -> str:
    if any(re.match(r"-\w*i|--in-place", word) for word in words):
        return _WRITE
    quiet = "-n" in words
    scripts = [word for word in words if word not in ("-n", "-e", "-E", "-r", "--quiet")]
    if not quiet or not scripts:
        return "Leave the text as it is, or pick lines: `sed -n 1,40p <file>`"
    lines = [word for word in scripts if re.fullmatch(r"\d+(,(\d+|\$))?p", word)]
    if len(lines) > 1:
        return _line("sed", "-n", ";".join(lines), *_operands(scripts[len(lines) :]))
    found = re.match(r"/([^/`]+)/(,.*)?p?$", scripts[0])
    if not found:
        return "Pick lines by number: `sed -n 1,40p <file>`"
    around = ("-A", "40") if found.group(2) else ()
    return _line("grep", "-n", *around, found.group(1), *_operands(scripts[1:]))


def _ruff(words: Sequence[str]) -> str:
    command = ("format", "--check") if words[:1] == ["format"] else ("check",)
    return f"{_line('ruff', *command, *_operands(words[1:]))}; then edit with the Edit tool"


_SPECIAL: dict[str, Callable[[Sequence[str]], str]] = {
    "python": _python,
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), _awk),
    "sed": _sed,
    "ruff": _ruff,
}
