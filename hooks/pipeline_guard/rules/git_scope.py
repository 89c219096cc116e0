"""What a commit may hold: files of the project and of `debug/`, or the person's own snapshot."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from pipeline_guard import paths, secrets_map, suggest, workspace
from pipeline_guard.context import Context
from pipeline_guard.git_cli import GitCall
from pipeline_guard.git_cli.state import Change
from pipeline_guard.verdicts import DENY, Finding
from pipeline_guard.workspace import Workspace

KEY = "git_only"
_WHOLE_TREE = ("--all", "--update")


def belongs_to_snapshot(change: Change, place: Workspace) -> bool:
    """Tracked changes anywhere, and untracked files of the project; never the reports."""
    zone = workspace.zone(change.path, place)
    return zone != workspace.DEBUG and (not change.untracked or zone == workspace.PROJECT)


def add(call: GitCall, context: Context) -> Iterator[Finding]:
    """`git add` stages only what a commit may hold."""
    words = (*call.positionals, *call.paths)
    if any(word.startswith(":") for word in words):
        yield _no("a pathspec with `:`", f"Name the files: {_form(context)}")
        return
    roots = [_root(word, call.folder) for word in words]
    if call.has(*_WHOLE_TREE) and not words:
        roots = [context.workspace.repo]
    for root in roots:
        yield from _staged(root, context, call.has("--update"))


def commit(call: GitCall, context: Context) -> Iterator[Finding]:
    """The next commit holds only what it may hold."""
    if not context.workspace.repo:
        return
    words = (*call.positionals, *call.paths)
    for word in words:
        if workspace.zone(_root(word, call.folder), context.workspace) not in _OURS:
            yield _outside(word, context)
    whole = call.has("--all")
    taken = [c for c in context.changes if c.staged or (whole and not c.untracked)]
    yield from _judged(taken, context)


_OURS = (workspace.PROJECT, workspace.DEBUG)


def _root(word: str, folder: str) -> str:
    """The folder or file that a pathspec reaches: a glob counts as the folder before it."""
    plain = word
    for mark in "*?[\\":
        plain = plain.partition(mark)[0]
    if plain != word:
        plain = os.path.dirname(plain)
        return paths.real("." if ".." in word.split("/") else plain or ".", folder)
    return paths.real(word, folder)


def _staged(root: str, context: Context, tracked_only: bool) -> Iterator[Finding]:
    place = context.workspace
    if workspace.zone(root, place) in _OURS and not os.path.isdir(root):
        yield from _secret([root])
        return
    if not place.repo:
        return
    inside = [c for c in context.changes if _below(c.path, root)]
    yield from _judged([c for c in inside if not (tracked_only and c.untracked)], context)


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


def _judged(changes: Iterable[Change], context: Context) -> Iterator[Finding]:
    place = context.workspace
    snapshot = not context.facts.code_changed
    for change in changes:
        ours = workspace.zone(change.path, place) in _OURS
        if not ours and not (snapshot and not change.untracked and not change.added):
            yield _outside(os.path.relpath(change.path, place.repo), context)
            return
    yield from _secret([change.path for change in changes])


def _secret(files: Iterable[str]) -> Iterator[Finding]:
    for file in files:
        if secrets_map.is_secret(file):
            do = "Leave the file out: name the files to add one by one"
            yield Finding(DENY, "credentials", f"`{file}` would go into a commit", do)


def _outside(name: str, context: Context) -> Finding:
    return _no(f"`{name}` is neither in the project nor in `debug/`", f"Stage {_form(context)}")


def _form(context: Context) -> str:
    place = context.workspace
    start = paths.real(context.event.cwd, "/")
    folder = os.path.relpath(place.project, start) if place.project else "<project>"
    return suggest.quoted("git", "add", folder)


def _no(saw: str, do: str) -> Finding:
    return Finding(DENY, KEY, saw, do)
