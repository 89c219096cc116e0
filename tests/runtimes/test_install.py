"""Installing into a runtime's own files, and taking out exactly what was put in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline_guard import runtimes
from self_heal.errors import BadInput, InTheWay, NoPermission
from self_heal.install.targets import TARGETS, Scope, Target

RUNTIMES = sorted(TARGETS)
PROGRAM = Path(sys.executable).parent / "self-heal"


class Machine:
    """A person's home and a project, with the real command line."""

    def __init__(self, folder: Path) -> None:
        self.home, self.project = folder / "home", folder / "project"
        self.project.mkdir(parents=True)
        self.home.mkdir()
        subprocess.run(["git", "init", "--quiet", self.project], check=True)

    def run(self, *words: str) -> Done:
        done = subprocess.run(
            [PROGRAM, *words],
            cwd=self.project,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def scope(self, option: str) -> Scope:
        is_project = option == "--project"
        return Scope(self.project if is_project else self.home, is_project)

    def files(self) -> Mapping[str, bytes]:
        """Every file of the person and the project, but for the guard's state."""
        found = [p for top in (self.home, self.project) for p in top.rglob("*") if p.is_file()]
        kept = [p for p in found if not {".git", ".local"} & set(p.parts)]
        return {str(path): path.read_bytes() for path in kept}


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def settings(target: Target, content: str, machine: Machine, option: str = "--user") -> Path:
    """A hooks file that the person has already."""
    path = target.settings(machine.scope(option))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_every_runtime_with_an_adapter_can_be_installed():
    assert sorted(runtimes.NAMES) == RUNTIMES


@pytest.mark.parametrize("option", ["--user", "--project"])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_uninstalling_takes_out_what_installing_put_in_and_twice_is_once(
    machine: Machine, runtime: str, option: str
):
    before = machine.files()
    words = ("--runtime", runtime, option)
    assert machine.run("install", *words).code == 0
    once = machine.files()
    assert TARGETS[runtime].settings(machine.scope(option)).is_file()
    assert TARGETS[runtime].skill(machine.scope(option)).joinpath("SKILL.md").is_file()
    again = machine.run("install", *words)
    assert "in its place already" in again.out
    assert machine.files() == once
    assert machine.run("uninstall", *words).code == 0
    assert machine.files() == before
    assert not [folder for folder in machine.project.iterdir() if folder.name != ".git"]
    assert "nothing of the guard's" in machine.run("uninstall", *words).out


@pytest.mark.parametrize("runtime", [r for r in RUNTIMES if TARGETS[r].shared])
def test_other_settings_are_kept_and_come_back_byte_for_byte(machine: Machine, runtime: str):
    target = TARGETS[runtime]
    event = next(iter(target.events))
    own = [{"hooks": [{"type": "command", "command": "echo mine"}]}]
    mine = {"theme": "dünkel", "hooks": {"Own": own, event: own}}
    text = json.dumps(mine, ensure_ascii=False, indent=7)
    path = settings(target, text, machine)
    machine.run("install", "--runtime", runtime)
    merged = json.loads(path.read_text())
    assert merged["theme"] == "dünkel"
    assert merged["hooks"]["Own"] == own
    assert merged["hooks"][event] == [*own, *target.groups()[event]]
    assert path.with_name(path.name + ".before-self-heal").read_text() == text
    machine.run("uninstall", "--runtime", runtime)
    assert path.read_text() == text
    assert not path.with_name(path.name + ".before-self-heal").exists()


def test_what_the_person_changed_since_stays(machine: Machine):
    path = settings(TARGETS["gemini"], '{"theme": "dark"}', machine)
    machine.run("install", "--runtime", "gemini")
    changed = json.loads(path.read_text()) | {"theme": "light"}
    path.write_text(json.dumps(changed))
    machine.run("uninstall", "--runtime", "gemini")
    assert json.loads(path.read_text()) == {"theme": "light"}


def test_a_linked_settings_file_stays_a_link_and_keeps_its_mode(machine: Machine):
    kept = machine.home / "dotfiles.json"
    kept.write_text("{}")
    kept.chmod(0o600)
    link = TARGETS["gemini"].settings(machine.scope("--user"))
    link.parent.mkdir()
    link.symlink_to(kept)
    machine.run("install", "--runtime", "gemini")
    assert link.is_symlink()
    assert "hooks/guard" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_dry_run_shows_the_change_and_makes_none(machine: Machine, runtime: str):
    before = machine.files()
    done = machine.run("install", "--runtime", runtime, "--dry-run")
    assert done.code == 0
    assert str(TARGETS[runtime].settings(machine.scope("--user"))) in done.out
    assert "hooks/guard" in done.out
    assert machine.files() == before


@pytest.mark.parametrize(
    "content", ['{"a": 1', "[]", '{"hooks": []}', '{"hooks": {"PreToolUse": {}}}', "// {}\n{}"]
)
@pytest.mark.parametrize("words", ["install", "uninstall"])
def test_settings_of_another_form_are_left_untouched(machine: Machine, content: str, words: str):
    path = settings(TARGETS["codex"], content, machine)
    before = machine.files()
    done = machine.run(words, "--runtime", "codex")
    assert done.code == BadInput.exit_code
    assert str(path) in done.err
    assert "left untouched" in done.err
    assert done.err.count("\n") == 1
    assert machine.files() == before


def test_an_unknown_runtime_lists_the_known_ones(machine: Machine):
    done = machine.run("install", "--runtime", "emacs")
    assert done.code == 2
    assert all(runtime in done.err for runtime in RUNTIMES)


def test_no_write_permission_says_so_and_leaves_no_half(machine: Machine):
    """The settings are a link into a file system where nobody may make a file."""
    path = TARGETS["codex"].settings(machine.scope("--user"))
    path.parent.mkdir()
    path.symlink_to("/sys/hooks.json")
    before = machine.files()
    done = machine.run("install", "--runtime", "codex")
    assert done.code == NoPermission.exit_code, done
    assert "cannot be written" in done.err
    assert "/sys/" in done.err
    assert machine.files() == before


def test_a_persons_own_skill_of_that_name_is_not_overwritten(machine: Machine):
    folder = TARGETS["gemini"].skill(machine.scope("--user"))
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("mine")
    done = machine.run("install", "--runtime", "gemini")
    assert done.code == InTheWay.exit_code
    assert (folder / "SKILL.md").read_text() == "mine"


def test_an_earlier_installation_elsewhere_is_replaced(machine: Machine):
    """A checkout that moved leaves hooks behind that start nothing."""
    target = TARGETS["codex"]
    machine.run("install", "--runtime", "codex")
    path = target.settings(machine.scope("--user"))
    here = path.read_text()
    path.write_text(here.replace("/bin/sh ", "/bin/sh /somewhere/else"))
    machine.run("install", "--runtime", "codex")
    assert json.loads(path.read_text()) == json.loads(here)
