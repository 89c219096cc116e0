"""What git would print of files with credentials: patches, searches and objects show contents.

Git is asked which files a call would show, with the same revisions and paths and only with those
options that choose among commits and files. A call that git refuses shows nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from pipeline_guard import secrets_map
from pipeline_guard.git_cli import GitCall

_PATCHES = """--patch --unified --patch-with-raw --patch-with-stat --word-diff --word-diff-regex
--color-words --function-context --binary -c --cc -m""".split()
_NO_PATCHES = """--no-patch --stat --numstat --shortstat --dirstat --summary --name-only
--name-status --raw --compact-summary --quiet""".split()
_CHOOSING = frozenset(
    """-<n> --max-count --skip --since --after --until --before --author --committer --grep
    --all-match --invert-grep --regexp-ignore-case --extended-regexp --fixed-strings --perl-regexp
    --merges --no-merges --first-parent --all --branches --tags --remotes --glob --exclude
    --reflog --walk-reflogs --full-history --full-diff --find-object --pickaxe-all --pickaxe-regex
    --diff-filter --cached --merge-base --no-walk -S -G -m -c --cc""".split()
)
_SECONDS = 3.0


class TooSlowError(Exception):
    """Git did not tell in time what a call would show."""

    def __init__(self) -> None:
        super().__init__("git takes too long to tell which files this shows: name a few of them")


def secret(call: GitCall) -> str:
    """A file with credentials whose contents this call would print; `""` for none."""
    names = _FINDERS[call.subcommand](call) if call.subcommand in _FINDERS else ()
    return next((name for name in names if secrets_map.is_known(name)), "")


def blob(call: GitCall) -> str:
    """A positional that is a file's contents by its hash, so that its name is not seen."""
    if call.subcommand not in ("show", "diff", "grep"):
        return ""
    asked = [word for word in call.positionals if ":" not in word and "\n" not in word]
    told = _git(call.folder, ["cat-file", "--batch-check=%(objecttype)"], "\n".join(asked))
    kinds = zip(asked, told.splitlines(), strict=False)
    return next((word for word, kind in kinds if kind == "blob"), "")


def _patched(call: GitCall) -> Iterator[str]:
    shows = call.subcommand in ("show", "diff") and not call.has(*_NO_PATCHES)
    if not (shows or call.has(*_PATCHES)):
        return
    form = [] if call.subcommand == "diff" else ["--format="]
    plain = ["--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", *form]
    yield from _named(call, [call.subcommand, *plain, *_chosen(call)], call.positionals)


def _searched(call: GitCall) -> Iterator[str]:
    given = call.positionals if call.has("-e") else call.positionals[1:]
    where = [name for name in ("--cached",) if call.has(name)]
    for name in _named(call, ["grep", "-l", "-z", "--no-textconv", *where, "-e", ""], given):
        yield name.rpartition(":")[2]


def _prepared(call: GitCall) -> Iterator[str]:
    """`git status -v` and `git commit --dry-run -v` show what is changed."""
    if call.has("--verbose") and (call.subcommand == "status" or call.has("--dry-run")):
        yield from _named(call, ["diff", "HEAD", "--name-only", "-z", "--no-ext-diff"], ())


_FINDERS = {
    "commit": _prepared,
    "diff": _patched,
    "grep": _searched,
    "log": _patched,
    "show": _patched,
    "status": _prepared,
}


def _chosen(call: GitCall) -> Iterator[str]:
    for name, values in call.options.items():
        for value in values if name in _CHOOSING else ():
            if name == "-<n>":
                yield f"-{value}"
            elif not value:
                yield name
            else:
                yield f"{name}={value}" if name.startswith("--") else f"{name}{value}"


def _named(call: GitCall, words: list[str], given: Iterable[str]) -> list[str]:
    paths = ["--", *call.paths] if call.has_separator else []
    printed = _git(call.folder, [*words, *given, *paths])
    return [name.strip("\n") for name in printed.split("\0")]


def _git(folder: str, words: list[str], given: str = "") -> str:
    """What git prints; `""` where it refuses."""
    import subprocess  # 8 ms, and not needed for most calls

    command = ["git", "-C", folder, "--no-pager", "-c", "core.fsmonitor=false", *words]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            input=given.encode("utf-8", "surrogateescape"),
            timeout=_SECONDS,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooSlowError from None
    return "" if done.returncode else os.fsdecode(done.stdout)
