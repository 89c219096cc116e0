"""`self-heal doctor` finds what is wrong, by firing a real event and by asking the runtime."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from self_heal.install import codex_trust
from self_heal.install.targets import TARGETS, Scope
from self_heal.places import plugin_root
from tests.runtimes import programs
from tests.runtimes.programs import NotInstalled

PROGRAMS = Path(sys.executable).parent
TITLES = {target.runtime: target.title for target in TARGETS.values()}


class Person:
    """A home folder and a project, and nothing on the PATH but this project's programs and git."""

    def __init__(self, folder: Path) -> None:
        self.home, self.project = folder / "home", folder / "project"
        self.home.mkdir()
        subprocess.run(["git", "init", "--quiet", self.project], check=True)
        self.environment = {
            "HOME": str(self.home),
            "PATH": os.pathsep.join((str(PROGRAMS), "/usr/local/bin", "/usr/bin", "/bin")),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS / "self-heal", *words],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def doctor(self, runtime: str) -> dict[str, list[tuple[bool | None, str]]]:
        """What is said about one runtime, by what was looked at."""
        found = json.loads(self.run("doctor", "--json").stdout)[TITLES[runtime]]
        told: dict[str, list[tuple[bool | None, str]]] = {}
        for finding in found:
            told.setdefault(finding["what"], []).append((finding["ok"], finding["said"]))
        return told

    def write(self, path: str, settings: Any) -> None:
        """A settings file of a runtime in the home folder."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(settings if isinstance(settings, str) else json.dumps(settings))


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_the_machine_is_looked_at(person: Person):
    said = {f["what"]: f for f in json.loads(person.run("doctor", "--json").stdout)["This machine"]}
    assert said["bauplan"]["ok"]
    assert said["reference"]["ok"]
    assert said["git"]["ok"]
    assert said["interpreter"]["ok"] is None
    person.run("install", "--runtime", "gemini")
    said = {f["what"]: f for f in json.loads(person.run("doctor", "--json").stdout)["This machine"]}
    assert said["interpreter"]["ok"]
    assert Path(said["interpreter"]["said"]).samefile(sys.executable)


@pytest.mark.parametrize("runtime", sorted(TARGETS))
def test_a_real_event_goes_through_the_installed_command_line(person: Person, runtime: str):
    person.run("install", "--runtime", runtime)
    [(ok, said)] = person.doctor(runtime)["test event"]
    assert ok
    assert "git push origin main" in said
    assert "Rule 1" in said


def test_firing_leaves_no_trace_in_the_guards_state(person: Person):
    person.run("install", "--runtime", "codex", "--project")
    person.doctor("codex")
    state = person.home / ".local" / "state" / "self-healing-pipeline"
    assert {path.name for path in state.iterdir()} <= {"interpreter", "cache", "tmp"}


def test_hooks_that_start_nothing_are_found(person: Person):
    person.run("install", "--runtime", "gemini")
    path = TARGETS["gemini"].settings(Scope(person.home, is_project=False))
    path.write_text(path.read_text().replace("/bin/sh ", "/bin/sh /gone"))
    told = person.doctor("gemini")
    assert told["test event"][0][0] is False
    assert told["up to date"][0][0] is False
    assert person.run("doctor").returncode == 1


def test_an_interpreter_without_the_packages_is_found(person: Person):
    person.run("install", "--runtime", "gemini")
    state = person.home / ".local" / "state" / "self-healing-pipeline"
    (state / "interpreter").write_text(f"{sys.executable}\n{person.home}\n")
    machine = json.loads(person.run("doctor", "--json").stdout)["This machine"]
    assert [f["ok"] for f in machine if f["what"] == "interpreter"] == [False]


GATES: list[tuple[str, str, Any, str]] = [
    ("claude", ".claude/settings.json", {"disableAllHooks": True}, "disableAllHooks"),
    ("copilot", ".copilot/settings.json", {"disableAllHooks": True}, "disableAllHooks"),
    ("copilot", ".copilot/config.json", '// managed\n{"disableAllHooks": true}', "disableAllHooks"),
    ("gemini", ".gemini/settings.json", {"hooksConfig": {"enabled": False}}, "hooksConfig.enabled"),
]


@pytest.mark.parametrize(("runtime", "path", "settings", "words"), GATES)
def test_an_off_switch_is_found(person: Person, runtime, path, settings, words):
    person.write(path, settings)
    person.run("install", "--runtime", runtime)
    assert any(not ok and words in said for ok, said in person.doctor(runtime)["gate"])


TRUST: list[tuple[str, str, Callable[[Path], Any]]] = [
    (
        "claude",
        ".claude.json",
        lambda folder: {"projects": {str(folder): {"hasTrustDialogAccepted": True}}},
    ),
    ("copilot", ".copilot/config.json", lambda folder: {"trustedFolders": [str(folder)]}),
    ("gemini", ".gemini/trustedFolders.json", lambda folder: {str(folder): "TRUST_FOLDER"}),
]


@pytest.mark.parametrize(("runtime", "path", "trusted"), TRUST)
def test_a_project_that_the_runtime_does_not_trust_is_found(person: Person, runtime, path, trusted):
    person.run("install", "--runtime", runtime, "--project")
    assert any("does not trust" in said for _, said in person.doctor(runtime)["gate"])
    person.write(path, trusted(person.project))
    assert "gate" not in person.doctor(runtime)


def test_settings_that_are_not_json_are_said(person: Person):
    person.write(".codex/hooks.json", "{")
    [(ok, said)] = person.doctor("codex")["settings"]
    assert not ok
    assert "not valid JSON" in said


def test_a_plugin_counts_as_installed(person: Person):
    plugin = {"enabledPlugins": {"self-healing-pipeline@any": True}}
    person.write(".claude/settings.json", plugin)
    assert person.doctor("claude")["installed"] == [
        (True, "as the plugin self-healing-pipeline@any")
    ]


@pytest.fixture
def codex(person: Person) -> Path:
    """The real Codex, with this person's empty folder of settings."""
    try:
        program = programs.installed("codex").path
    except NotInstalled as missing:
        pytest.skip(str(missing))
    person.environment["PATH"] += os.pathsep + str(program.parent)
    (person.home / ".codex").mkdir()
    return program


def test_codex_itself_is_asked_which_hooks_it_trusts(
    person: Person, codex: Path, monkeypatch: pytest.MonkeyPatch
):
    """Untrusted hooks are skipped without a word; trust is given by the hash of each hook."""
    person.run("install", "--runtime", "codex")
    [(ok, said)] = person.doctor("codex")["gate"]
    assert not ok
    assert "not trusted" in said
    assert "/hooks" in said
    monkeypatch.setenv("HOME", str(person.home))
    hooks = codex_trust.listed(str(codex), person.project) or []
    lines = [f'[hooks.state."{h["key"]}"]\ntrusted_hash = "{h["currentHash"]}"\n' for h in hooks]
    person.write(".codex/config.toml", "\n".join(lines))
    assert "gate" not in person.doctor("codex")


def test_a_project_that_codex_does_not_trust_is_found(person: Person, codex: Path):
    del codex
    person.run("install", "--runtime", "codex", "--project")
    assert any("does not read" in said for _, said in person.doctor("codex")["gate"])


def test_the_plugins_hooks_are_those_that_install_writes():
    """Two lists of Claude Code's events must not part."""
    shared = json.loads((plugin_root() / "hooks" / "hooks.json").read_text())["hooks"]
    ours = json.loads(json.dumps(TARGETS["claude"].groups()))
    for groups in (*shared.values(), *ours.values()):
        for handler in (handler for group in groups for handler in group["hooks"]):
            words = handler["command"].replace(" --runtime claude", "").split()
            handler["command"] = words[-1]
    assert ours == shared
