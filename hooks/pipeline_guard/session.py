"""One session of an agent runtime: whether healing is on in it, and what it has done."""

from __future__ import annotations

from typing import NamedTuple

from pipeline_guard.ledger import Facts
from pipeline_guard.policy import Policy
from pipeline_guard.workspace import Workspace


class Session(NamedTuple):
    """What `decide` needs to know besides the event.

    `key` names the session's folder in the state folder; `facts` follow the session id or the
    transcript, so that interleaved sessions do not see each other's.
    """

    key: str
    active: bool
    workspace: Workspace
    facts: Facts
    policy: Policy
