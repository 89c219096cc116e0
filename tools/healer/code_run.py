"""`code_run`: runs code that is sent along, for a project that is not under git.

The arguments and the answer have the form of the Bauplan MCP server's tool of that name, so that
the guard judges both alike.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_replay.tools import Outcome, ToolFailed

_LOG_LINES = 60
_PASSED_ON = ("namespace", "dry_run", "strict")


def run(arguments: Mapping[str, Any]) -> Outcome:
    """Run the files on the branch; the outcome is ok when the platform took them, red or green."""
    import bauplan

    client = bauplan.Client()
    options = {name: arguments[name] for name in _PASSED_ON if name in arguments}
    with tempfile.TemporaryDirectory(prefix="self-heal-") as name:
        _write(Path(name), arguments["project_files"])
        try:
            state = client.run(name, ref=str(arguments["ref"]), **options)
            job = client.get_job(state.job_id or "")
            logs = [log.message for log in client.get_job_logs(job)]
        except bauplan.exceptions.BauplanError as error:
            raise ToolFailed(f"The platform refused the run: {error}") from error
    return Outcome(True, json.dumps({"job": _told(job, str(arguments["ref"]), state, logs)}))


def _told(job: Any, ref: str, state: Any, logs: list[str]) -> dict[str, str]:
    return {
        "id": str(job.id),
        "status": str(job.status).rpartition(".")[2].capitalize(),
        "ref": ref,
        "error_message": str(state.error or ""),
        "logs": "\n".join(logs[-_LOG_LINES:]),
    }


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Put the files into a fresh folder; a path that leads out of it is refused."""
    for name, text in files.items():
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ToolFailed(f"`{name}` is no path in the project")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
