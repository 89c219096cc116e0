"""The shim of OpenCode lets a call run on an explicit allow only, and throws on all else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from self_heal.install import plan

SELF_HEAL = Path(sys.executable).parent / "self-heal"

# What OpenCode does: it starts the plugin and calls its hook; a child session names its parent.
_HOST = """
const { SelfHealingGuard } = await import(process.argv[2])
const call = JSON.parse(process.argv[3])
const parents = { child: "root" }
const get = async ({ path }) => ({ data: { id: path.id, parentID: parents[path.id] } })
const hooks = await SelfHealingGuard({ client: { session: { get } }, directory: process.cwd() })
try {
  await hooks["tool.execute.before"]({ ...call, callID: "1" }, { args: call.args })
  console.log("RAN")
} catch (error) {
  console.log(error.message)
}
"""

Call = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


@pytest.fixture
def call(tmp_path: Path, repo: Path) -> Call:
    """Make a call through the installed shim; gives `RAN` or what was thrown."""
    if not shutil.which("node"):
        pytest.skip("there is no Node on this machine: the shim cannot run")
    environment = {
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": os.environ["PATH"],
    }
    subprocess.run([SELF_HEAL, "guard", "on"], cwd=repo, env=environment, check=True)
    host, shim = tmp_path / "host.mjs", tmp_path / "shim.mjs"
    host.write_text(_HOST)

    def make(command: str, session: str = "root", launcher: str = "") -> str:
        text = plan.shim().decode()
        if launcher:
            line = next(line for line in text.splitlines() if line.startswith("const GUARD"))
            text = text.replace(line, f"const GUARD = {json.dumps(launcher)}")
        shim.write_text(text)
        made = {"tool": "bash", "sessionID": session, "args": {"command": command}}
        done = subprocess.run(
            ["node", host, shim, json.dumps(made)],
            cwd=repo,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or done.stderr

    return make


def test_an_allowed_call_runs(call: Call):
    assert call("mkdir -p debug/job") == "RAN"


@pytest.mark.parametrize("session", ["root", "child"])
def test_a_forbidden_call_throws_the_reason(call: Call, session: str):
    assert "Rule 1" in call("git push origin main", session)


def test_a_childs_calls_belong_to_its_roots_ledger(call: Call, tmp_path: Path):
    call("git push origin main", "child")
    audit = (tmp_path / "state" / "self-healing-pipeline" / "audit" / "audit.jsonl").read_text()
    entry = json.loads(audit.splitlines()[-1])
    assert (entry["session"], entry["agent"]) == ("root", "child")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 0", "JSON"),
        ('echo \'{"decision":"maybe"}\'', "not known"),
        ("echo '{\"decision\":'", "JSON"),
        ('echo hello; echo \'{"decision":"allow"}\'', "JSON"),
        ('echo \'{"decision":"allow"}\'; exit 1', "ended with 1"),
        ("echo broken >&2; exit 2", "broken"),
        ("kill -9 $$", "no answer"),
    ],
)
def test_every_other_answer_throws(call: Call, tmp_path: Path, script: str, words: str):
    launcher = tmp_path / "broken"
    launcher.write_text(f"#!/bin/sh\n{script}\n")
    answer = call("mkdir -p debug/job", launcher=str(launcher))
    assert "RAN" not in answer
    assert "The self-healing guard refuses" in answer
    assert words in answer


def test_a_launcher_that_is_gone_throws(call: Call, tmp_path: Path):
    assert "refuses" in call("mkdir -p debug/job", launcher=str(tmp_path / "gone"))
