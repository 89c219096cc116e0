"""A scripted stand-in for the model: it plays a script of an agent's session.

It keeps no state: from the conversation that the client sends it takes how many turns were made
and what their results were, and answers with the next call.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent_replay.script import Script as AgentScript
from agent_replay.script import captured, fill
from tests.support.conversation import Conversation, Reply, Result, ToolUse


class Script:
    """The next reply for a conversation, from a script and what is known beforehand."""

    def __init__(self, agent: AgentScript, names: Mapping[str, str]) -> None:
        self.agent = agent
        self.names = dict(names)
        self.errors: list[str] = []
        self.results: tuple[Result, ...] = ()
        """The tool results of the longest conversation seen so far, in order."""

    def reply(self, conversation: Conversation) -> Reply:
        """The assistant's next message."""
        results = conversation.results
        self.results = max(self.results, results, key=len)
        if len(results) >= len(self.agent.turns):
            return Reply("Healed.")
        names = dict(self.names)
        for turn, result in zip(self.agent.turns, results, strict=False):
            if turn.expect.verdict == "allow":
                names |= captured(turn, result.text, names)
        turn = self.agent.turns[len(results)]
        return Reply(turn.say, ToolUse(turn.call.tool, fill(turn.call.input, names)))
