"""What the guard costs: whole processes, side by side with the bare shell and interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench import other_guards, verdicts
from tests.bench.rows import Row, side_by_side

ROOT = Path(__file__).resolve().parents[2]
GUARD = ROOT / "hooks" / "guard"
ROUNDS = 60
_HASH = "0123456789abcdef" * 4
CALLS: Mapping[str, tuple[str, dict[str, str]]] = {
    "bauplan command": ("Bash", {"command": "bauplan job ls --status fail --max-count 10"}),
    "git command": ("Bash", {"command": "git status --short"}),
    "write": ("Write", {"file_path": "debug/job/x.md", "content": "# Job Report\n"}),
    "query": (
        "Bash",
        {"command": f'bauplan query --ref main@{_HASH} "SELECT count(*) FROM nyc.flights"'},
    ),
}
PROMISED = {"query": 8.0}
PROMISED_ON = 3.0
PROMISED_OFF = 3.0


def measure() -> list[Row]:
    """The launcher while off, decisions while on, other guards', and verdicts in process."""
    with _repository() as repo:
        return [*_off(repo), *_on(repo), *_others(repo), *verdicts.measure()]


def _off(repo: Path) -> list[Row]:
    event = _event(repo, *CALLS["git command"])
    found = side_by_side(
        ROUNDS * 3,
        shell=lambda: subprocess.run(["/bin/sh", "-c", ":"], input=event, check=True),
        off=_guard(repo, event),
    )
    return _compared("sh -c :", found["shell"], {"off": found["off"]}, {"off": PROMISED_OFF})


def _on(repo: Path) -> list[Row]:
    start = _event(repo, "Skill", {"skill": "self-healing-pipeline"})
    subprocess.run([GUARD, "start"], input=start, env=_environment(repo), check=True, cwd=repo)
    calls = {name: _guard(repo, _event(repo, *call)) for name, call in CALLS.items()}
    bare = [sys.executable, "-I", "-c", "pass"]
    found = side_by_side(ROUNDS, bare=lambda: subprocess.run(bare, check=True), **calls)
    seconds = found.pop("bare")
    bounds = {name: PROMISED.get(name, PROMISED_ON) for name in found}
    return _compared("python -I -c pass", seconds, found, bounds)


def _others(repo: Path) -> list[Row]:
    """Our decision against that of each published guard: faster than it."""
    event = _event(repo, *CALLS["git command"])
    others = other_guards.installed(event, repo)
    found = side_by_side(ROUNDS // 3, ours=_guard(repo, event), **others)
    ours = found.pop("ours")
    return [
        row
        for name, taken in found.items()
        for row in _compared(name, taken, {"git command": ours}, {"git command": 1.0})
    ]


def _compared(
    base: str, seconds: float, found: Mapping[str, float], bounds: Mapping[str, float]
) -> list[Row]:
    rows = [Row(base, seconds)]
    return rows + [Row(n, taken, base, taken / seconds, bounds[n]) for n, taken in found.items()]


def _guard(repo: Path, event: bytes) -> Callable[[], object]:
    environment = _environment(repo)
    command = [GUARD, "before-tool"]
    return lambda: subprocess.run(
        command, input=event, env=environment, cwd=repo, stdout=subprocess.DEVNULL, check=True
    )


def _environment(repo: Path) -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    home = {"HOME": str(repo.parent), "XDG_STATE_HOME": str(repo.parent / "state")}
    return {"PATH": path, "CLAUDE_CODE_SESSION_ID": "bench", **home}


def _event(repo: Path, tool: str, arguments: dict[str, str]) -> bytes:
    event = {
        "session_id": "bench",
        "transcript_path": str(repo / "bench.jsonl"),
        "cwd": str(repo),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": tool,
        "tool_input": arguments,
        "tool_use_id": "toolu_bench",
    }
    return json.dumps(event).encode()


@contextmanager
def _repository() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder) / "repo"
        repo.mkdir()
        (repo / "bauplan_project.yml").write_text("project:\n  id: bench\n  name: bench\n")
        subprocess.run(["git", "init", "--quiet", str(repo)], check=True)
        subprocess.run(["git", "-C", str(repo), "switch", "-qc", "debug/bench"], check=True)
        yield repo
