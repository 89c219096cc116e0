"""What two scripted sessions of a scenario say and do: the reference, and one that goes wrong.

`sessions.yaml` beside `scenario.yaml`. The reference takes its fix from the truth; the wrong
session is the reference but for what it changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from self_heal.scenario import Commit, Guard, parse

Kind = Literal["symptom", "weakens", "claims", "more"]
KINDS: dict[Kind, str] = {
    "symptom": "fixes the symptom",
    "weakens": "weakens an expectation",
    "claims": "claims without doing",
    "more": "edits more than needed",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(_Strict):
    """A table to inspect: its role, what is found in it, and a query that shows it."""

    name: str
    role: Literal["input to failing model", "output of failing model", "one level downstream"]
    found: str = "No anomalies detected."
    query: str = ""
    absent: bool = False


class Try(_Strict):
    """A call that the rules forbid, made all the same; `rule` is the number that refuses it."""

    say: str
    tool: str = "Bash"
    input: dict[str, Any]
    rule: str = ""


class Wrong(_Strict):
    """How the wrong session differs, and the checks that it must fail for it.

    `skip` names the parts that it leaves out; `tries` come after the evidence.
    """

    kind: Kind
    why: str
    fails: list[str] = Field(min_length=1)
    fix: list[Commit] | None = None
    guard: Guard | None = None
    skip: list[Literal["fix", "rerun", "guard"]] = []
    tries: list[Try] = []
    rerun: str = ""
    cause: str = ""
    classification: str = ""


class Sessions(_Strict):
    """The two sessions.

    `error` is a pattern, with one group, for the line of the logs that is quoted (of the job,
    where it has no logs). `pin` is where the pinned state is found: the parent of the failed
    run's first commit on its transaction branch, that branch's head, the commits of a green run,
    or nowhere.
    """

    error: str
    error_in: Literal["logs", "job"] = "logs"
    pin: Literal["transaction", "head", "property", "none"] = "transaction"
    file: str
    tables: list[Table] = []
    broke: str
    cause: str
    blocked: str = ""
    justify: str = ""
    red_first: bool = False
    tries: list[Try] = []
    wrong: Wrong


def read(folder: Path) -> Sessions:
    """Parse `sessions.yaml`; a broken one names the file and the field."""
    return parse(folder / "sessions.yaml", Sessions)
