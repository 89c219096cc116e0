"""The corpora: ways around a guard, each with each payload, and commands that are innocent."""

from __future__ import annotations

import base64
import shlex
from pathlib import Path

import pytest

from pipeline_guard import effects as e
from pipeline_guard.shell import effects_of_command
from pipeline_guard.verdicts import DENY
from tests.guard.conftest import Healing

CORPUS = Path(__file__).parent / "corpus"
BYPASSES = (CORPUS / "bypasses.txt").read_text().splitlines()
INNOCENT = [
    *(CORPUS / "innocent.txt").read_text().splitlines(),
    *(CORPUS / "innocent_long.txt").read_text().removesuffix("\n").split("\n%%\n"),
]
PAYLOADS = (
    "git push origin main",
    "git commit --amend -m x",
    "bauplan branch rm demo.debug_3f0c2a9e",
    "bauplan checkout main",
    "python3 script.py",
    "rm -rf debug",
    "cp README.md notes.md",
    "tee notes.md",
)
_NAMED = {e.RunGit: "git", e.RunBauplan: "bauplan", e.RunSelfHeal: "self-heal"}


def disguised(shape: str, payload: str) -> str:
    """The shape with the payload filled in, in the form each of its marks asks for."""
    name, _, arguments = payload.partition(" ")
    marks = {
        "cmd": payload,
        "q": shlex.quote(payload),
        "name": name,
        "args": arguments,
        "h": name[0],
        "t": name[1:],
        "ansi": "$'" + "".join(f"\\x{ord(letter):02x}" for letter in name) + "'",
        "oct": "$'" + "".join(f"\\{ord(letter):03o}" for letter in name) + "'",
        "b64": base64.b64encode(payload.encode()).decode(),
        "cmdlist": payload.replace(" ", ","),
        "comma": payload.replace(" ", ","),
        "nbsp": f"ls;\u00a0{payload}",
        "cr": f"ls\r{payload}",
        "wide": f"ls\u3000\n{payload}",
        "zero": f"{name[0]}\u200b{name[1:]} {arguments}; {payload}",
    }
    for mark, text in marks.items():
        shape = shape.replace(f"«{mark}»", text)
    return shape.replace("⏎", "\n")


def is_payload(effect: e.Effect, payload: str) -> bool:
    """Whether this effect is the payload, seen for what it is."""
    name, *arguments = shlex.split(payload)
    if type(effect) in _NAMED:
        return (_NAMED[type(effect)], *effect.argv) == (name, *arguments)
    if isinstance(effect, e.WritePath):  # tee is seen by what it writes
        return (effect.tool, Path(effect.path).name) == (name, arguments[-1])
    return isinstance(effect, e.RunProgram) and not effect.reads_only


def is_refused(effect: e.Effect) -> bool:
    """Whether no rule lets this effect pass: unknown, or a variable that steers programs."""
    steers = isinstance(effect, e.SetVariable) and effect.exported
    return isinstance(effect, e.Unknown) or steers


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_shape_hides_a_payload(payload: str, tmp_path: Path) -> None:
    """Either the payload is seen, or a part of the line is refused for itself."""
    for shape in BYPASSES:
        found = effects_of_command(disguised(shape, payload), str(tmp_path))
        assert any(is_refused(f) or is_payload(f, payload) for f in found), (shape, found)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_shape_of_a_payload_is_allowed(payload: str, healing: Healing) -> None:
    """In a session that is ready to fix its job, no disguise turns a denial into an allow."""
    healing.ready()
    assert healing.bash(payload).decision == DENY
    for shape in BYPASSES:
        assert healing.bash(disguised(shape, payload)).decision == DENY, shape


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a project, a virtual environment and reports."""
    for name in ("pipeline/models.py", "pipeline/expectations.py", "README.md", "out.json"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("")
    (tmp_path / "debug" / "job").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("command", INNOCENT)
def test_an_innocent_command_is_understood(command: str, project: Path) -> None:
    """No unknown part, no program that is not a read, no write outside of debug/."""
    debug = str(project.resolve() / "debug")
    for effect in effects_of_command(command, str(project)):
        assert not isinstance(effect, e.Unknown | e.DeletePath)
        if isinstance(effect, e.RunProgram):
            assert effect.reads_only
        if isinstance(effect, e.WritePath | e.MakeFolder):
            assert effect.path.startswith(debug + "/")
        if isinstance(effect, e.SetVariable) and effect.exported:
            assert effect.name in ("LC_ALL", "LANG", "TZ")


def test_the_corpora_are_as_large_as_promised() -> None:
    """At least 150 shapes for 8 payloads, and 300 innocent commands."""
    assert len(set(BYPASSES)) >= 150
    assert len(set(PAYLOADS)) >= 8
    assert len(set(INNOCENT)) >= 300
