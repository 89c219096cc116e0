"""What took part in a session: versions, and digests of the files that make a difference."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from agent_replay.transcript import Part, Versions
from self_heal import programs, scenario
from self_heal.places import plugin_root

PACKAGE = "self-healing-pipeline"


def today(runtime: Part, scenario_name: str = "") -> Versions:
    """The versions on this machine now."""
    return Versions(
        runtime=runtime,
        bauplan=bauplan(),
        skill=skill(),
        guard=guard(),
        scenario=of_scenario(scenario_name) if scenario_name else None,
    )


def player() -> Part:
    """This package, as the runtime that played a script."""
    return Part(name="agent_replay", version=version(PACKAGE))


def bauplan() -> Part:
    """The program beside this interpreter."""
    program = programs.check_program()
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return Part(name="bauplan", version=said.stdout.split()[1])


def skill() -> Part:
    """What the agent reads."""
    root = plugin_root()
    return _part("skill", [root / "SKILL.md", *_files(root / "references")], root)


def guard() -> Part:
    """What judges the agent."""
    root = plugin_root()
    return _part("guard", _files(root / "hooks"), root)


def of_scenario(name: str) -> Part:
    """The broken pipeline."""
    folder = scenario.folder_of(name)
    return Part(name=name, digest=digest(_files(folder), folder))


def _part(name: str, files: Iterable[Path], root: Path) -> Part:
    return Part(name=name, version=version(PACKAGE), digest=digest(files, root))


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if "__pycache__" not in path.parts]


def digest(files: Iterable[Path], root: Path) -> str:
    """A hash over the names below `root` and contents of files."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path.relative_to(root)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
