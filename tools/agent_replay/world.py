"""What is there around a session, read from its folder: after each turn, and at the end."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_replay.normalise import plain
from agent_replay.transcript import End, State
from pipeline_guard import account, audit, workspace
from pipeline_guard.ledger import Facts
from pipeline_guard.workspace import Workspace

_WORDS = 3


def state_of(folder: Path) -> State:
    """Where git's HEAD and the active Bauplan branch of this process's account are."""
    place = workspace.find(str(folder))
    log = Path(place.git_dir, "logs", "HEAD")
    moved = log.read_text(encoding="utf-8").splitlines()[-1:] if log.is_file() else []
    return State(
        branch=workspace.head_branch(place),
        commit=workspace.head_commit(place),
        moved="".join(moved).partition("\t")[2],
        active=account.read().active_branch,
    )


def end_of(folder: Path, session_id: str, facts: Facts) -> End:
    """What a session left: git's branches and commits, files, and what the guard counted.

    Refs and tables of the lakehouse are not known here.
    """
    place = workspace.find(str(folder))
    repo, heads = Path(place.repo), _heads(Path(place.repo)) if place.repo else {}
    return End(
        refs={f"git:{name}": sha for name, sha in sorted(heads.items())},
        commits={name: _git(repo, "log", "--format=%s", name, "--") for name in heads},
        files=_files(place, _git(repo, "rev-list", "--all") if place.repo else ()),
        decisions=decisions_of(session_id),
        facts=_counts(facts),
    )


def decisions_of(session_id: str) -> tuple[str, ...]:
    """The guard's own log: each decision, its tool, a command's first words or a file's path."""
    return tuple(_entry(one) for one in audit.entries() if one["session"] == session_id)


def digest(text: str) -> str:
    """What stands for a text in the end state."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _entry(entry: Mapping[str, Any]) -> str:
    words = str(entry["arguments"].get("command", "")).split()[:_WORDS]
    path = str(entry["arguments"].get("file_path", "")).removeprefix(f"{entry['cwd']}/")
    what = [word for word in [*words, path] if word and not word.startswith("-")]
    return " ".join([str(entry["decision"]), entry["tool"] or entry["event"], *what])


def _heads(repo: Path) -> dict[str, str]:
    listed = _git(repo, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads")
    return {name: sha for name, _, sha in (line.partition(" ") for line in listed)}


def _git(repo: Path, *words: str) -> list[str]:
    command = ["git", "-C", str(repo), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def _files(place: Workspace, commits: Iterable[str]) -> dict[str, str]:
    """Every file that git does not ignore, and the reports, without what may differ."""
    top, shown = Path(place.repo or place.start), _short_forms(commits)
    paths = {path for path in _listed(place) if path.is_file()}
    return {
        str(path.relative_to(top)): digest(plain(shown.sub("<short>", _text(path))))
        for path in sorted(paths)
    }


def _listed(place: Workspace) -> Iterator[Path]:
    if not place.repo:
        yield from Path(place.start).rglob("*")
        return
    repo = Path(place.repo)
    listed = "\n".join(_git(repo, "ls-files", "-z", "-co", "--exclude-standard"))
    yield from (repo / name for name in listed.split("\0") if name)
    yield from Path(place.debug).rglob("*")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def _short_forms(commits: Iterable[str]) -> re.Pattern[str]:
    """The short forms of the repository's commits: one of digits only looks like a number."""
    known = [f"{sha[:7]}[0-9a-f]{{0,32}}" for sha in commits]
    return re.compile(rf"(?<![0-9a-zA-Z])(?:{'|'.join(known) or '(?!)'})(?![0-9a-zA-Z])")


def _counts(facts: Facts) -> dict[str, int]:
    """How much of each kind was learned; a kind of which there is nothing is left out.

    So are the person's words: they are in the turns, and a runtime may tell them in two events.
    """
    counts = {n: len(v) if hasattr(v, "__len__") else int(v) for n, v in facts._asdict().items()}
    return {name: count for name, count in counts.items() if count and name != "prompts"}
