"""A project without git: the fix goes through `code_run`, under the same guard."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest

from healer import claims, environment, heal, journal, outcome
from healer.inprocess import Guard
from healer.toolbox import Toolbox
from pipeline_guard.events import ToolCall
from tests.healer.api import Say, call, in_turn
from tests.healer.conftest import Heals, House

FIXED = """\
import bauplan

@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{version}")
def means(trips=bauplan.Model("trips")):
    return trips
"""


@pytest.fixture
def files(house: House) -> dict[str, str]:
    """The project's files with the fix."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    project = (house.project / "bauplan_project.yml").read_text()
    return {"bauplan_project.yml": project, "models.py": FIXED.format(version=version)}


def test_a_run_of_sent_code_is_told_and_learned(house: House, files: dict[str, str]) -> None:
    """Red before the fix, green with it; the ledger knows both, and the last one decides.

    From the first file that is sent with a change on, the agent owes its reports.
    """
    shutil.rmtree(house.project / ".git")
    job = house.fail()
    session = heal.begin(job, house.project)
    claim = claims.claim("demo", job, session, house.project)
    guard = Guard(session, house.project, journal.folder_of(session) / journal.FILE)
    tools = Toolbox(house.project, environment.minimal(os.environ))
    broken = {**files, "models.py": (house.project / "models.py").read_text()}
    for sent, status in ((broken, "Fail"), (files, "Complete")):
        asked = {"project_files": sent, "ref": claim.branch}
        result = tools.run("code_run", asked)
        guard.after(ToolCall("code_run", asked), result, result.ok)
        told = json.loads(result.text)["job"]
        assert told["status"].startswith(status)
        run = guard.state().facts.runs[-1]
        assert (run.job, run.green) == (told["id"], status == "Complete")
        assert run.sent == {name: sent[name] for name in ("models.py",) if status == "Complete"}
        gap = outcome.judged(guard.state()).why
        assert ("is not green" in gap) == (status == "Fail")
        assert guard.stop().decision == ("deny" if run.sent else "allow")
    assert house.hash("main") == claim.pinned.partition("@")[2]


def test_sent_code_waits_for_the_evidence_too(
    heals: Heals, house: House, files: dict[str, str]
) -> None:
    """Rule 4 knows the tool; a project under git does not get it at all."""
    wish = Say([call("code_run", project_files=files, ref="demo.debug_1")])
    end = Say([call("AskUserQuestion", question="Enough?")])
    seen = heals(in_turn(wish, end))
    assert "There is no tool `code_run`" in seen.api.results[0]["content"]
    shutil.rmtree(house.project / ".git")
    seen = heals(in_turn(wish, end))
    assert seen.api.results[0]["content"].startswith("Rule 4")


def test_a_path_out_of_the_project_is_refused(house: House, files: dict[str, str]) -> None:
    """Before anything is sent."""
    assert house.project
    sent = {"project_files": {**files, "../x.py": ""}, "ref": "demo.debug_1"}
    result = Toolbox(house.project, environment.minimal(os.environ)).run("code_run", sent)
    assert (result.ok, result.text) == (False, "`../x.py` is no path in the project")


def test_a_run_that_is_refused_or_stopped_says_why(house: House, files: dict[str, str]) -> None:
    """The platform's own words; and an interruption does not wait for the platform."""
    tools = Toolbox(house.project, environment.minimal(os.environ))
    sent = {"project_files": files, "ref": "demo.debug_nowhere"}
    refused = tools.run("code_run", sent)
    assert (refused.ok, "refused the run: " in refused.text) == (False, True)
    assert "demo.debug_nowhere" in refused.text
    tools.stop.set()
    assert "[stopped" in tools.run("code_run", sent).text
