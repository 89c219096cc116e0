"""`self-heal record`: runs an agent and writes its session down."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import click

from agent_replay import capture, recording, redact, registration, versions
from agent_replay import script as scripts
from agent_replay import transcript as transcripts
from agent_replay.recording import Recording
from agent_replay.transcript import SUFFIX, Header, Origin, Part
from pipeline_guard import home, runtimes
from self_heal.errors import BadInput, InTheWay, MissingProgram

_PATH = click.Path(path_type=Path)
_POLL = 0.1
BY_FOLDER = "claude"
"""The runtime that loads a plugin from a folder named on its command line."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--out", type=_PATH, help=f"Where to write; default: session-<time>{SUFFIX}.")
@click.option("--script", "script_path", type=_PATH, help="Play a script instead of a command.")
@click.option("--scenario", default="", help="The scenario that the agent works on.")
@click.option("--model", default="", help="The model, where the command does not tell it.")
@click.option(
    "--hooks",
    type=click.Choice(registration.PRINTABLE),
    help="Print the recorder's hooks for a runtime, and do nothing else.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def record(
    out: Path | None,
    script_path: Path | None,
    scenario: str,
    model: str,
    hooks: str | None,
    command: tuple[str, ...],
) -> None:
    """Run an agent's command line and write its session down as it goes.

    Claude Code loads the recorder as a plugin. Into another runtime's hooks file put what --hooks
    prints, once: it does nothing while nothing is recorded.
    With --script a scripted session is played on a fresh fake lakehouse instead.

    Exit code: the command's own; 4 for a bad script, 5 where the file exists.

    Example: self-heal record --out s.transcript.jsonl -- claude -p '/self-healing-pipeline ...'
    """
    if hooks:
        click.echo(registration.hooks(hooks))
        return
    target = out or Path(f"session-{datetime.now():%Y%m%d-%H%M%S}{SUFFIX}")
    if target.exists():
        raise InTheWay(f"{target} exists: name another file with --out.")
    if script_path is not None:
        _record_script(script_path, target)
        return
    if not command:
        raise BadInput("There is no command: self-heal record -- claude -p 'Heal job …'")
    sys.exit(_record(list(command), target, _header(command, scenario, model)))


def _record_script(path: Path, target: Path) -> None:
    from agent_replay import live, replay  # the lakehouse loads only here

    script = scripts.read(path)
    with replay.seeded(script.header.scenario) as stage:
        made = live.record_script(script, stage)
    transcripts.write(made, target)
    click.echo(f"{target}: {len(made.turns)} calls", err=True)


def _header(command: Sequence[str], scenario: str, model: str) -> Header:
    redactor = redact.Redactor()
    named = [after for word, after in pairwise(command) if word == "--model"]
    return Header(
        title=redactor.text(" ".join(command)),
        origin=Origin(
            kind="live",
            model=model or "".join(named[-1:]) or "not told",
            date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        ),
        versions=versions.today(_runtime(command[0]), scenario),
        folder=redactor.text(str(Path.cwd())),
        redactions=redactor.redactions,
    )


def _runtime(program: str) -> Part:
    name = Path(program).name
    if name not in runtimes.NAMES:
        raise BadInput(f"{name} is not a known runtime; known are {', '.join(runtimes.NAMES)}.")
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise MissingProgram(f"{program} cannot be run: {error.strerror}.") from error
    return Part(name=name, version=(said.stdout.split() or [""])[0])


def _record(command: list[str], target: Path, header: Header) -> int:
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with tempfile.TemporaryDirectory(prefix="capture-") as folder:
        state = _shadow(Path(folder) / capture.STATE)
        made = Recording(target, header, since, {**os.environ, "XDG_STATE_HOME": str(state)})
        events = Path(folder) / "events.jsonl"
        hooked = _hooked(command, Path(folder), events)
        code = _followed(hooked, events, made)
        _complain(events.with_name("events.jsonl.errors"))
    click.echo(f"{target}: {made.turns} calls", err=True)
    if made.is_empty and Path(command[0]).name != BY_FOLDER:
        name = Path(command[0]).name
        click.echo(f"No event came: `self-heal record --hooks {name}` prints its hooks.", err=True)
    return code


def _shadow(folder: Path) -> Path:
    """What the guard knows by now, for the one that judges along; its log begins empty."""
    known, ignored = Path(home.state_folder()), shutil.ignore_patterns("audit", "tmp", "healings")
    if known.is_dir():
        shutil.copytree(known, folder / home.NAME, ignore=ignored)
    return folder


def _followed(command: list[str], events: Path, made: Recording) -> int:
    """Run the command, writing each turn down as its events come."""
    environment = {**os.environ, registration.VARIABLE: str(events)}
    offset, code = 0, None
    with subprocess.Popen(command, env=environment) as process:
        while code is None:
            try:
                code = process.wait(_POLL)
            except subprocess.TimeoutExpired:
                code = None
            found, offset = recording.read_new(events, offset)
            for event in found:
                made.add(event)
    made.end()
    return code


def _hooked(command: list[str], folder: Path, events: Path) -> list[str]:
    """The command with the recorder's plugin, where the runtime takes one on its command line."""
    if Path(command[0]).name != BY_FOLDER:
        return command
    return [*command, "--plugin-dir", str(registration.plugin(folder / "recorder", events))]


def _complain(errors: Path) -> None:
    if errors.is_file():
        lines = errors.read_text(encoding="utf-8").splitlines()
        click.echo(f"{len(lines)} events could not be read: {lines[0]}", err=True)
