"""A session of a healing to try calls in: a real git repository, a project, and what is known."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline_guard import rulebook, workspace
from pipeline_guard.context import Context
from pipeline_guard.decide import decide, verdict
from pipeline_guard.effects import Effect
from pipeline_guard.events import BEFORE_TOOL, Event, ToolCall
from pipeline_guard.ledger import Facts
from pipeline_guard.policy import Policy
from pipeline_guard.session import Session
from pipeline_guard.verdicts import Verdict

JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
SHORT = JOB[:8]
HASH = "8d3f" * 16
OTHER_HASH = "77aa" * 16
PINNED = f"demo.dev@{HASH}"
DEBUG = f"demo.debug_{SHORT}"
GIT_DEBUG = f"debug/bpln_{SHORT}"

MODELS = '''"""Two models."""

import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def clean_flights(data=bauplan.Model("nyc.flights")):
    return data.select(["dep_delay"])


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def daily_delays(data=bauplan.Model("clean_flights")):
    return data
'''

LOGS = """Job ID:   {job}
Traceback (most recent call last):
  File "models.py", line 41, in daily_delays
pyarrow.lib.ArrowNotImplementedError: Function 'mean' has no kernel matching input types (string)
"""

JOB_REPORT = """# Job Report: {job}

## Metadata
- **Job ID**: {job}
- **Status**: Failed
- **Kind**: run
- **User**: demo
- **Created**: 2026-11-22T10:00:00Z
- **Finished**: 2026-11-22T10:00:04Z
- **Bauplan Branch**: demo.dev
- **Pinned Data Ref**: {pinned}

## Error Summary
```
pyarrow.lib.ArrowNotImplementedError: Function 'mean' has no kernel matching input types (string)
```

## Failing Model
- **Model name**: daily_delays
- **File**: pipeline/models.py
- **Line**: 41

## Failure Classification
pending

## Root Cause
pending
"""

DATA_REPORT = """# Data Evidence: {table}

## Role in Failure
input to failing model

## Schema
```
COLUMN     TYPE    NULLABLE
year       long    true
dep_delay  string  true
```

## Row Count
336776

## Sample (20 rows)
```
year  dep_delay
2013  2.0
2013  4.0
```

## Anomalies
`dep_delay` is a string at the pinned ref; it was a double before the import.
"""


class Healing:
    """A session in a repository; `facts` is what it has learned so far."""

    def __init__(self, folder: Path, project: str = "pipeline") -> None:
        self.folder = folder
        self.project = folder / project
        self.facts = Facts()
        self.policy = Policy()
        if self.project.exists():
            return
        self.project.mkdir(parents=True)
        (self.project / "bauplan_project.yml").write_text("project:\n  id: a\n  name: b\n")
        (self.project / "models.py").write_text(MODELS)
        (self.project / "late.sql").write_text("SELECT * FROM daily_delays\n")

    def git(self, *words: str) -> str:
        """Real git in the session's folder."""
        result = subprocess.run(
            ["git", "-C", str(self.folder), *words], capture_output=True, text=True, check=True
        )
        return result.stdout.strip()

    def with_git(self) -> Healing:
        """Turn the folder into a repository whose first commit, on main, holds everything."""
        self.git("init", "--quiet", "--template=", "--initial-branch", "main")
        self.git("config", "user.name", "A Person")
        self.git("config", "user.email", "person@example.com")
        (self.folder / "README.md").write_text("What this is\n")
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", "Start")
        return self

    def knows(self, **facts: Any) -> Healing:
        """Let the session have learned more."""
        self.facts = self.facts._replace(**facts)
        return self

    def inspected(self) -> Healing:
        """The job has been looked at, and its data state is pinned."""
        return self.knows(
            job=JOB,
            job_status="Fail",
            jobs_got=frozenset({JOB}),
            jobs_logged=frozenset({JOB}),
            failing_model="daily_delays",
            hashes=frozenset({HASH}),
            pinned=PINNED,
            working_ref=PINNED,
            source_branch="demo.dev",
            logs={JOB: LOGS.format(job=JOB)},
        )

    def branched(self) -> Healing:
        """Both debug branches exist and are in use."""
        self.git("switch", "--quiet", "-c", GIT_DEBUG)
        return self.inspected().knows(bauplan_branch=DEBUG, git_branch=GIT_DEBUG)

    def fill(self, example: str) -> str:
        """An example of the rulebook with this session's values."""
        return rulebook.filled(example, VALUES)

    def write(self, name: str, text: str) -> Path:
        """A file of the repository."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def evidence(self, *tables: str) -> Healing:
        """The reports that open the gate."""
        self.write(f"debug/job/{JOB}.md", JOB_REPORT.format(job=JOB, pinned=PINNED))
        for table in tables or ("clean_flights",):
            self.write(
                f"debug/data_snapshot/{table}.md",
                DATA_REPORT.format(table=table if "." in table else f"bauplan.{table}"),
            )
        looked = dict.fromkeys(tables or ("clean_flights",), PINNED)
        return self.knows(tables={**self.facts.tables, **looked})

    def ready(self) -> Healing:
        """Past the gate: nothing is changed yet."""
        return self.branched().evidence()

    def call(self, name: str, /, cwd: str = "", **arguments: Any) -> Verdict:
        """The verdict on a tool call in this session."""
        return decide(self._event(ToolCall(name, arguments), cwd), self.session())

    def bash(self, command: str, cwd: str = "") -> Verdict:
        """The verdict on a command line."""
        return self.call("Bash", cwd=cwd, command=command)

    def judge(self, *effects: Effect) -> Verdict:
        """The verdict on effects, whatever tool has them."""
        return verdict(effects, Context(self._event(ToolCall("Bash", {}), ""), self.session()))

    def session(self) -> Session:
        """The session as the hook would load it."""
        place = workspace.find(str(self.folder))
        return Session("key", True, place, self.facts, self.policy)

    def _event(self, tool: ToolCall, cwd: str) -> Event:
        return Event("claude", BEFORE_TOOL, "session", cwd or str(self.folder), tool)


VALUES = {"job": JOB, "short": SHORT, "hash": HASH, "pinned": PINNED, "user": "demo"}


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that every session starts with; each test has a copy."""
    return Healing(tmp_path_factory.mktemp("begun") / "work").with_git().folder


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder for all: what it remembers goes by file, time and size."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def healing(begun: Path, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Healing:
    """A session that has just begun, on main, in a repository of its own."""
    home = tmp_path / "home"
    (home / ".bauplan").mkdir(parents=True)
    (home / ".bauplan" / "config.yml").write_text(
        "profiles:\n  default:\n    api_key: very-secret\n    active_branch: main\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(memory))
    programs = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", programs + os.pathsep + os.environ["PATH"])
    for name in ("BAUPLAN_PROFILE", "BAUPLAN_API_KEY", "BAUPLAN_API_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(begun, tmp_path / "work")
    return Healing(tmp_path / "work")
