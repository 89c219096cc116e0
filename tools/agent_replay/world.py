"""What is there around a session: what the guard reads beside files, and the end state."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_replay.guard import Guard, environment
from agent_replay.normalise import plain
from agent_replay.transcript import End, State
from pipeline_guard import account, audit, workspace
from self_heal.stage import Stage, heads_of

_WORDS = 3


def state_of(repo: Path, variables: Mapping[str, str]) -> State:
    """Where git's HEAD and the active Bauplan branch are."""
    place = workspace.find(str(repo))
    with environment(variables):
        active = account.read().active_branch
    log = repo / ".git" / "logs" / "HEAD"
    moved = log.read_text(encoding="utf-8").splitlines()[-1:] if log.is_file() else []
    return State(
        branch=workspace.head_branch(place),
        commit=workspace.head_commit(place),
        moved="".join(moved).partition("\t")[2],
        active=active,
    )


def end_of(stage: Stage, guard: Guard) -> End:
    """Refs, tables, commits and files as they are now, and what the guard counted."""
    heads = heads_of(stage)
    branches = [name.partition(":")[2] for name in heads if name.startswith("git:")]
    bauplan = [name.partition(":")[2] for name in heads if name.startswith("bauplan:")]
    return End(
        refs=dict(sorted(heads.items())),
        tables={name: content for branch in bauplan for name, content in _tables(stage, branch)},
        commits={branch: _messages(stage.repo, branch) for branch in branches},
        files=_files(stage.repo),
        decisions=decisions_of(guard),
        facts=_counts(guard),
    )


def decisions_of(guard: Guard) -> tuple[str, ...]:
    """The guard's own log: each decision with its tool and the first words of a command."""
    with environment(guard.environment):
        return tuple(_entry(entry) for entry in audit.entries())


def _entry(entry: Mapping[str, Any]) -> str:
    words = str(entry["arguments"].get("command", "")).split()[:_WORDS]
    plain_words = [word for word in words if not word.startswith("-")]
    return " ".join([str(entry["decision"]), entry["tool"] or entry["event"], *plain_words])


def _tables(stage: Stage, branch: str) -> list[tuple[str, str]]:
    """Each table's content: the digests of its data files and its columns."""
    found = stage.lakehouse.catalog.tables(branch)
    return [(f"{branch}:{t.namespace}.{t.name}", _digest(_content(t))) for t in found]


def _content(table: Any) -> str:
    return f"{table.schema} {[file.digest for file in table.files]}"


def _messages(repo: Path, branch: str) -> list[str]:
    command = ["git", "-C", str(repo), "log", "--format=%s", branch, "--"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def _files(repo: Path) -> dict[str, str]:
    """Every file but git's own, its text compared without what may differ."""
    paths = sorted(p for p in repo.rglob("*") if p.is_file())
    names = {path.relative_to(repo): path for path in paths}
    hashes = _commits(repo)
    return {
        str(name): _digest(plain(hashes.sub("<short>", _text(path))))
        for name, path in names.items()
        if name.parts[0] != ".git"
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def _commits(repo: Path) -> re.Pattern[str]:
    """The short forms of the repository's commits: one of digits only looks like a number."""
    command = ["git", "-C", str(repo), "rev-list", "--all"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    known = [f"{sha[:7]}[0-9a-f]{{0,32}}" for sha in done.stdout.split()]
    return re.compile(rf"(?<![0-9a-zA-Z])(?:{'|'.join(known) or '(?!)'})(?![0-9a-zA-Z])")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _counts(guard: Guard) -> dict[str, int]:
    """How much of each kind was learned; a kind of which there is nothing is left out."""
    facts = guard.facts()._asdict().items()
    counts = {name: len(v) if hasattr(v, "__len__") else int(v) for name, v in facts}
    return {name: count for name, count in counts.items() if count}
