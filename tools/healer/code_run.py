"""`code_run`: runs code that is sent along, for a project that is not under git.

The arguments and the answer have the form of the Bauplan MCP server's tool of that name, so that
the guard judges both alike. The SDK runs in a process of its own, which has the tools' environment
and can be stopped: this module is its program too.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent_replay.tools import Outcome, ToolFailed
from healer.commands import Ran

_LOG_LINES = 60
_PASSED_ON = ("namespace", "dry_run", "strict")
_REQUEST, _ANSWER, _PROJECT = "request.json", "answer.json", "project"

Command = Callable[[Sequence[str]], Ran]


def run(arguments: Mapping[str, Any], command: Command) -> Outcome:
    """Run the files on the branch; the outcome is ok when the platform took them, red or green.

    `command` runs an argv with the limits of a tool.
    """
    with tempfile.TemporaryDirectory(prefix="self-heal-") as name:
        place = Path(name)
        _write(place / _PROJECT, arguments["project_files"])
        asked = {name: arguments[name] for name in ("ref", *_PASSED_ON) if name in arguments}
        (place / _REQUEST).write_text(json.dumps(asked), encoding="utf-8")
        done = command([sys.executable, "-m", "healer.code_run", name])
        if not (place / _ANSWER).is_file():
            raise ToolFailed(f"There is no answer to the run: {done.text.strip()}")
        answer: dict[str, Any] = json.loads((place / _ANSWER).read_text(encoding="utf-8"))
    if "refused" in answer:
        raise ToolFailed(f"The platform refused the run: {answer['refused']}")
    return Outcome(True, json.dumps(answer))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Put the files into a fresh folder; a path that leads out of it is refused."""
    for name, text in files.items():
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ToolFailed(f"`{name}` is no path in the project")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _main(place: Path) -> None:
    """The process that asks the platform; its answer is a file, for the SDK may print."""
    import bauplan

    asked = json.loads((place / _REQUEST).read_text(encoding="utf-8"))
    client = bauplan.Client()
    try:
        state = client.run(str(place / _PROJECT), **asked)
        job = client.get_job(state.job_id or "")
        logs = [log.message for log in client.get_job_logs(job)]
        answer: dict[str, Any] = {"job": _told(job, asked["ref"], state, logs)}
    except bauplan.exceptions.BauplanError as error:
        answer = {"refused": str(error)}
    (place / _ANSWER).write_text(json.dumps(answer), encoding="utf-8")


def _told(job: Any, ref: str, state: Any, logs: list[str]) -> dict[str, str]:
    return {
        "id": str(job.id),
        "status": str(job.status).rpartition(".")[2].capitalize(),
        "ref": ref,
        "error_message": str(state.error or ""),
        "logs": "\n".join(logs[-_LOG_LINES:]),
    }


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
