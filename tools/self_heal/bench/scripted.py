"""The scripted agent on one stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent_replay.script import Script
from agent_replay.tools import Outcome, Tools
from healer import declared
from healer.toolbox import Toolbox
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
        """As the healer runs that one, and as a replay does the others."""
        if tool != declared.CODE_RUN:
            return super().run(tool, arguments)
        return Toolbox(self.folder, self.environment).run(tool, arguments)


def script(stage: Stage, which: Which) -> Script:
    """One of the scenario's two sessions, as a script."""
    sessions = spec.read(scenarios.folder_of(stage.name))
    return turns.script(plan.make(stage, sessions, which), stage.name)
