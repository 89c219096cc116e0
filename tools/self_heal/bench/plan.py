"""One scripted session as it will be played: what the turns are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from self_heal.bench.spec import Sessions, Try
from self_heal.grader.after import After
from self_heal.grader.reference import EXPECTATIONS, changed, guarded
from self_heal.scenario import Commit, Guard, Scenario
from self_heal.stage import Stage

Which = Literal["reference", "wrong"]


class Plan(NamedTuple):
    """The session of one stage. `files` are the project's, as they are before the session."""

    scenario: Scenario
    sessions: Sessions
    which: Which
    files: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The project's folder in the workspace."""
        return self.scenario.pipeline

    @property
    def fix(self) -> list[Commit]:
        """The commits of the fix."""
        wrong = self.sessions.wrong
        if self.which == "wrong" and wrong.fix is not None:
            return wrong.fix
        return [] if self.leaves_out("fix") else self.scenario.truth.fix

    @property
    def guard(self) -> Guard | None:
        """The expectation to add."""
        wrong = self.sessions.wrong
        if self.which == "wrong" and wrong.guard is not None:
            return wrong.guard
        return None if self.leaves_out("guard") else self.scenario.truth.guard

    @property
    def tries(self) -> list[Try]:
        """Forbidden calls that the session makes after the evidence."""
        more = self.sessions.wrong.tries if self.which == "wrong" else []
        return [*self.sessions.tries, *more]

    @property
    def cause(self) -> str:
        """The root cause, as the session tells it."""
        return (self.which == "wrong" and self.sessions.wrong.cause) or self.sessions.cause

    @property
    def classification(self) -> str:
        """The classification, as the session tells it."""
        told = self.sessions.wrong.classification if self.which == "wrong" else ""
        return told or self.scenario.truth.classification

    @property
    def is_blocked(self) -> bool:
        """Whether the session stops and says so, without a fix."""
        return bool(self.sessions.blocked) and self.which == "reference"

    def leaves_out(self, part: str) -> bool:
        """Whether the wrong session skips this part."""
        return self.which == "wrong" and part in self.sessions.wrong.skip

    def code(self, prevents: bool) -> dict[str, str]:
        """The project's files with the fix, and with the new expectation where it `prevents`."""
        files = dict(self.files)
        for change in (change for commit in self.fix for change in commit.edits):
            files[change.file] = changed(files, change)
        if self.guard and prevents:
            files[EXPECTATIONS] = guarded(files.get(EXPECTATIONS, ""), self.guard)
        return files


def make(stage: Stage, sessions: Sessions, which: Which) -> Plan:
    """The plan of one of the two sessions, for a stage that is set up."""
    return Plan(stage.scenario, sessions, which, After(stage).before_code)
