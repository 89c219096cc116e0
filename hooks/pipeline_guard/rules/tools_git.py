"""Which git calls a healing uses at all: an allow-list of forms."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from pipeline_guard import suggest, workspace
from pipeline_guard.context import Context
from pipeline_guard.git_cli import GitCall
from pipeline_guard.verdicts import ASK, DENY, Finding

# Options of reads that start programs, read other files or write one (rule 7 names `--output`).
_NO_READ = frozenset(
    """--output --ext-diff --textconv --no-index --open-files-in-pager --contents -O --stdin
    --exclude-from --exclude-per-directory --ignore-revs-file --no-exclude-standard
    --recurse-submodules --untracked""".split()
)
_READS_FILE = (("grep", "-f"), ("blame", "-S"))
_LIST_BRANCHES = frozenset(
    """--show-current --list --all --remotes --verbose --abbrev --no-abbrev --color --no-color
    --column --no-column --sort --format --ignore-case --contains --no-contains --merged
    --no-merged --points-at --quiet""".split()
)
_LISTING = ("--list", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at")
_QUIET = frozenset({"--quiet", "--progress", "--no-progress", "--no-track", "--no-guess"})
_ADD = frozenset(
    "--all --no-all --update --verbose --dry-run --intent-to-add --ignore-errors --refresh".split()
)
_COMMIT = frozenset(
    """--message --all --quiet --verbose --dry-run --short --branch --porcelain --long -z --signoff
    --no-signoff --no-gpg-sign --status --no-status --only --include --untracked-files
    --no-edit""".split()
)
_REVERT = frozenset({"--no-edit", "--signoff"})
_PUSH = frozenset("--set-upstream --quiet --verbose --progress --no-progress --dry-run".split())


def judge(call: GitCall, context: Context) -> Iterator[Finding]:
    """Refuse every form that is not in the tables; a push of the debug branch is asked."""
    for word in call.strange:
        do = "Leave it out; see `git status --short` and `git log --oneline -5` for the usual forms"
        yield _no(f"`{word}` with `git {call.subcommand}`".replace(" `git `", " git"), do)
    if not _same_repository(call, context):
        yield _no(f"git in `{call.folder}`, another repository", "Work in the session's own")
    check = _FORMS.get(call.subcommand)
    if check is None:
        saw = f"`git {call.subcommand}`, which is no part of a healing"
        yield _no(saw, _instead(call, context))
    else:
        yield from check(call, context)


def is_debug_branch(name: str) -> bool:
    """A git branch that a healing works on."""
    rest = name.removeprefix("debug/")
    odd = ".." in name or "//" in name or name.endswith((".lock", "/", "."))
    return rest != name and _plain(rest, "._/-") and not odd


def _plain(name: str, marks: str) -> bool:
    """Letters, digits and these marks, none of them first."""
    fine = name.isascii() and all(c.isalnum() or c in marks for c in name)
    return fine and name[:1].isalnum()


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, "tools", saw, do)


def _instead(call: GitCall, context: Context) -> str:
    from pipeline_guard.git_cli.instead import instead  # needed for a refusal only

    return instead(call) or (
        "Git is used to read (status, log, diff, show, blame, grep, rev-parse, ls-files, "
        f"branch --list), to go to the debug branch ({suggest.make_git_branch(context)}), "
        "to add and commit there, and to revert an own commit"
    )


def _same_repository(call: GitCall, context: Context) -> bool:
    repo = context.workspace.repo
    folder = os.path.realpath(call.folder)
    if not repo:
        return not workspace.find_repository(folder)
    return workspace.find_repository(folder) == repo


def _options(call: GitCall, allowed: frozenset[str]) -> Iterator[Finding]:
    for name in call.options:
        if name not in allowed:
            yield _no(f"`git {call.subcommand} {name}`", "Leave that option out")


def _read(call: GitCall, context: Context) -> Iterator[Finding]:
    for name in sorted(_NO_READ & set(call.options)):
        yield _no(f"`git {call.subcommand} {name}`", "Leave that option out")
    for subcommand, option in _READS_FILE:
        if call.subcommand == subcommand and call.has(option):
            yield _no(f"`git {subcommand} {option}`", "Leave that option out")
    if call.subcommand == "diff":
        for word in (*call.positionals, *call.paths):
            if not _inside(word, call, context):
                yield _no(f"`git diff` of `{word}`", "Compare files of the repository only")


def _inside(word: str, call: GitCall, context: Context) -> bool:
    if not word.startswith(("/", "~")) and "../" not in word and word != "..":
        return True
    path = os.path.normpath(os.path.join(call.folder, os.path.expanduser(word)))
    repo = context.workspace.repo
    return path == repo or path.startswith(repo + os.sep)


def _branch(call: GitCall, _context: Context) -> Iterator[Finding]:
    yield from _options(call, _LIST_BRANCHES)
    if (call.positionals or call.paths) and not call.has(*_LISTING):
        names = " ".join((*call.positionals, *call.paths))
        yield _no(f"`git branch {names}` makes a branch", "Use `git switch -c debug/…`")


def _switch(call: GitCall, context: Context) -> Iterator[Finding]:
    yield from _options(call, _QUIET | {"--create", "-b"})
    here = suggest.make_git_branch(context)
    if call.paths or (call.has_separator and call.subcommand == "switch"):
        yield _no(f"`git {call.subcommand}` of files changes code past the gate", here)
    elif not is_debug_branch(call.target):
        saw = f"`{call.target}` is no debug branch" if call.target else "it names no branch"
        yield _no(f"`git {call.subcommand}`: {saw}", here)
    elif not call.creates and _is_remote_only(call.target, context):
        yield _no(f"`{call.target}` would start from a remote's branch, which is other code", here)
    start = call.positionals if call.creates else call.positionals[1:]
    for word in start:
        if word not in {"HEAD", *context.scene.heads}:
            yield _no(f"`{word}` as the start of the branch changes the code that ran", here)


def _checkout(call: GitCall, context: Context) -> Iterator[Finding]:
    yield from _switch(call, context)
    if not call.creates and call.target and not _exists(call.target, context):
        saw = f"`git checkout {call.target}` may mean a file: there is no such branch"
        yield _no(saw, suggest.make_git_branch(context))


def _is_remote_only(name: str, context: Context) -> bool:
    there = workspace.has_remote_branch(context.workspace, name)
    return there and not _exists(name, context)


def _exists(name: str, context: Context) -> bool:
    return name in context.scene.made or workspace.has_branch(context.workspace, name)


def _add(call: GitCall, _context: Context) -> Iterator[Finding]:
    yield from _options(call, _ADD)


def _commit(call: GitCall, _context: Context) -> Iterator[Finding]:
    yield from _options(call, _COMMIT)


def _revert(call: GitCall, _context: Context) -> Iterator[Finding]:
    yield from _options(call, _REVERT)


def _push(call: GitCall, context: Context) -> Iterator[Finding]:
    yield from _options(call, _PUSH)
    remote, refspecs = call.positionals[:1], call.positionals[1:]
    names = {name for refspec in refspecs for name in refspec.split(":")}
    by_name = len(refspecs) == 1 and not call.paths and all(map(is_debug_branch, names))
    if not by_name or len(names) != 1:
        own = context.facts.git_branch
        form = (
            suggest.quoted("git", "push", "origin", own) if own else "`git push <remote> debug/…`"
        )
        yield _no("a push that does not name one debug branch", f"Push it by its name: {form}")
    elif not _plain(remote[0], "_-"):
        yield _no(f"a push to `{remote[0]}`", "Push to a remote by its name, such as `origin`")
    else:
        saw = f"`{refspecs[0]}` would be pushed to `{remote[0]}`"
        decision = ASK if context.policy.push == ASK else DENY
        yield Finding(decision, "tools", saw, "A person decides; the healing does not need it")


def _nothing(_call: GitCall, _context: Context) -> Iterator[Finding]:
    return iter(())


_FORMS: Mapping[str, Callable[[GitCall, Context], Iterator[Finding]]] = {
    "": _nothing,
    "add": _add,
    "blame": _read,
    "branch": _branch,
    "checkout": _checkout,
    "commit": _commit,
    "diff": _read,
    "grep": _read,
    "log": _read,
    "ls-files": _read,
    "push": _push,
    "rev-parse": _read,
    "revert": _revert,
    "show": _read,
    "status": _read,
    "switch": _switch,
}
