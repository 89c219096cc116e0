"""What to type in the place of a git command that is no part of a healing.

Loaded for a refusal only. Many are reads that only have another name among the allowed ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_guard import suggest
from pipeline_guard.git_cli import GitCall

_PLAIN = {
    "remote": ("branch", "--list", "--remotes"),
    "reflog": ("log", "-g", "--oneline", "-10"),
    "stash": ("status", "--short"),
    "worktree": ("rev-parse", "--show-toplevel"),
    "config": ("log", "-1", "--format=%an <%ae>"),
    "var": ("log", "-1", "--format=%an <%ae>"),
    "describe": ("rev-parse", "--short", "HEAD"),
    "name-rev": ("rev-parse", "--abbrev-ref", "HEAD"),
    "show-ref": ("branch", "--list", "--all", "--verbose"),
    "for-each-ref": ("branch", "--list", "--all", "--verbose"),
    "symbolic-ref": ("branch", "--show-current"),
    "tag": ("log", "--oneline", "--decorate", "-10"),
    "shortlog": ("log", "--format=%an", "-20"),
    "whatchanged": ("log", "--stat", "-5"),
    "version": ("--version",),
    "help": ("status", "--short"),
    "check-ignore": ("status", "--short", "--ignored"),
    "count-objects": ("status", "--short"),
    "fsck": ("status", "--short"),
    "diff-index": ("diff", "--stat"),
    "diff-files": ("diff", "--stat"),
    "diff-tree": ("diff", "--stat"),
}


def instead(call: GitCall) -> str:
    """The allowed command that comes nearest, in backquotes; `""` where there is none."""
    words = [word for word in call.positionals if not word.startswith("-")]
    if call.subcommand == "ls-tree":
        return suggest.quoted("git", "ls-files", *words[1:])
    if call.subcommand == "cat-file" and words:
        return suggest.quoted("git", "show", words[-1])
    if call.subcommand == "rev-list":
        return suggest.quoted("git", "log", "--oneline", *(words or ["HEAD"]))
    if call.subcommand in ("merge-base", "cherry") and len(words) > 1:
        return _between(words)
    known = _PLAIN.get(call.subcommand)
    return suggest.quoted("git", *known) if known else ""


def _between(words: Sequence[str]) -> str:
    """What one branch has over another; `git diff a...b` needs no base either."""
    log = suggest.quoted("git", "log", "--oneline", f"{words[0]}..{words[1]}")
    return f"{log} or {suggest.quoted('git', 'diff', '--stat', f'{words[0]}...{words[1]}')}"
