"""The scripted agent on one stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent_replay.guard import environment
from agent_replay.script import Script
from agent_replay.tools import Outcome, ToolFailed, Tools
from healer import code_run
from self_heal import scenario as scenarios
from self_heal.bench import guards, plan, spec, turns
from self_heal.bench.plan import Which
from self_heal.bench.play import Done, Played, play
from self_heal.stage import Stage


def heal(stage: Stage, which: Which, guarded: bool, watch: Callable[[Done], None]) -> Played:
    """Play one of the scenario's two scripted sessions; `watch` sees each call as it ends."""
    tools = _Tools(stage.repo, stage.environment)
    return play(script(stage, which), guards.make(guarded, stage), tools, stage, watch)


class _Tools(Tools):
    """With the healer's `code_run`, which a project without git needs."""

    def run(self, tool: str, arguments: Mapping[str, Any]) -> Outcome:
        """As the others are; `code_run` asks the platform with the stage's own account."""
        if tool != "code_run":
            return super().run(tool, arguments)
        with environment(self.environment):
            try:
                return code_run.run(arguments)
            except ToolFailed as error:
                return Outcome(False, str(error))


def script(stage: Stage, which: Which) -> Script:
    """One of the scenario's two sessions, as a script."""
    sessions = spec.read(scenarios.folder_of(stage.name))
    return turns.script(plan.make(stage, sessions, which), stage.name)
