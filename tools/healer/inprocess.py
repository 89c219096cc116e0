"""The guard in this process: the functions that the hook process calls, with the same ledger."""

from __future__ import annotations

from pathlib import Path

from agent_replay.tools import Outcome
from pipeline_guard import arming, events, hook, session, workspace
from pipeline_guard.events import Event, ToolCall, ToolResult
from pipeline_guard.session import Session
from pipeline_guard.verdicts import ALLOW, DENY, Finding, Verdict
from pipeline_guard.wording import GUARD, reason

RUNTIME = "api"


class Guard:
    """The guard over one healing that runs in `folder`; it is on from the first call to the last.

    Nobody is asked: where a person would have to consent, the answer is no.
    """

    def __init__(self, session_id: str, folder: Path, transcript: Path) -> None:
        self.session_id = session_id
        self.folder = folder
        self._transcript = transcript

    def arm(self) -> None:
        """Let `self-heal guard status` say that healing is on."""
        arming.arm_alone(self.session_id, workspace.find_repository(str(self.folder)))

    def disarm(self) -> None:
        """The healing has ended; its ledger stays."""
        arming.disarm_alone(self.session_id)

    def heard(self, words: str) -> None:
        """The words of the person, or of the program that called."""
        hook.judge(self._event(events.PROMPT, prompt=words), active=True)

    def before(self, call: ToolCall) -> Verdict:
        """The verdict on a call that has not run; what goes wrong inside is a denial."""
        event = self._event(events.BEFORE_TOOL, tool=call)
        try:
            verdict = hook.judge(event, active=True)
        except Exception as error:  # never fail open; the words go to the model and the log
            saw = f"this call cannot be judged: {error}"
            return Verdict(DENY, (Finding(DENY, GUARD, saw, "Stop and report it as a blocker"),))
        return verdict if verdict.decision in (ALLOW, DENY) else _without_a_person(verdict)

    def after(self, call: ToolCall, outcome: Outcome, ok: bool | None) -> None:
        """Learn from what a tool did; `ok` is None where that is not known."""
        result = ToolResult(ok, outcome.text, outcome.exit_code)
        hook.judge(self._event(events.AFTER_TOOL, tool=call, result=result), active=True)

    def stop(self) -> Verdict:
        """Whether the agent may end here; a refusal lists what is missing."""
        return hook.judge(self._event(events.STOP), active=True)

    def state(self) -> Session:
        """Everything the ledger knows now."""
        return session.load(self._event(events.OTHER))

    def _event(
        self,
        phase: str,
        tool: ToolCall | None = None,
        result: ToolResult | None = None,
        prompt: str = "",
    ) -> Event:
        return Event(
            runtime=RUNTIME,
            phase=phase,
            session_id=self.session_id,
            cwd=str(self.folder),
            tool=tool,
            result=result,
            prompt=prompt,
            transcript_path=str(self._transcript),
            name=phase,
        )


def _without_a_person(verdict: Verdict) -> Verdict:
    do = "Nobody is there to consent: leave it out, and name it in the summary as the next step"
    return Verdict(DENY, (Finding(DENY, GUARD, reason(verdict), do),))
