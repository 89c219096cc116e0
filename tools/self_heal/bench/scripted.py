"""The scripted agent on one stage."""

from __future__ import annotations

from collections.abc import Callable

from agent_replay.script import Script
from agent_replay.tools import Tools
from self_heal import scenario as scenarios
from self_heal.bench import guards, plan, spec, turns
from self_heal.bench.plan import Which
from self_heal.bench.play import Done, Played, play
from self_heal.stage import Stage


def heal(stage: Stage, which: Which, guarded: bool, watch: Callable[[Done], None]) -> Played:
    """Play one of the scenario's two scripted sessions; `watch` sees each call as it ends."""
    tools = Tools(stage.repo, stage.environment)
    return play(script(stage, which), guards.make(guarded, stage), tools, stage, watch)


def script(stage: Stage, which: Which) -> Script:
    """One of the scenario's two sessions, as a script."""
    sessions = spec.read(scenarios.folder_of(stage.name))
    return turns.script(plan.make(stage, sessions, which), stage.name)
