"""`self-heal guard`: what the guard would say and why, and switching it on and off by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pipeline_guard import arming, audit, hook, runtimes, workspace
from self_heal import guard_explain, guard_status, presence
from self_heal.errors import NotForAgents


@click.group()
def guard() -> None:
    """What the guard would say, and why.

    Example: self-heal guard explain 'git push origin main'
    """


@guard.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def status(as_json: bool) -> None:
    """Whether healing is on in this repository, and what its session has really done.

    Exit code 0: on; 1: off, or the guard does not see this agent's calls.

    Example: self-heal guard status
    """
    found = guard_status.of(Path.cwd())
    click.echo(json.dumps(found, indent=2) if as_json else guard_status.text(found))
    sys.exit(0 if found["on"] and found["sees_calls"] is not False else 1)


@guard.command()
@click.argument("command")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def explain(command: str, as_json: bool) -> None:
    """The effects seen in a shell command, each rule's opinion, and the verdict.

    Exit code 0: allow; 1: ask or deny.

    Example: self-heal guard explain 'bauplan query --ref main "SELECT 1"'
    """
    found = guard_explain.of(command, Path.cwd())
    click.echo(json.dumps(found, indent=2) if as_json else guard_explain.text(found))
    sys.exit(0 if found["verdict"] == "allow" else 1)


@guard.command()
@click.option(
    "--runtime", type=click.Choice(runtimes.NAMES), help="Without it the event itself tells."
)
@click.option("--active", is_flag=True, help="Judge the event as if healing were on.")
def check(runtime: str | None, active: bool) -> None:
    """Read one runtime event on standard input and answer as the hook does.

    Exit code: the hook's own (2 when the event cannot be judged).

    Example: self-heal guard check --runtime claude --active < event.json
    """
    options = {"runtime": runtime} if runtime else {}
    options |= {"active": "yes"} if active else {}
    try:
        answer = hook.run(sys.stdin.buffer.read(), options)
    except Exception as error:  # the hook refuses whatever breaks, and so does this
        answer = runtimes.refusal(error)
    click.echo(answer.stderr, err=True, nl=False)
    click.echo(answer.stdout, nl=False)
    sys.exit(answer.exit_code)


@guard.command()
@click.option("--last", default=20, show_default=True, help="How many decisions.")
@click.option("--denied", is_flag=True, help="Only what was refused or asked.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def log(last: int, denied: bool, as_json: bool) -> None:
    """The guard's latest decisions, the newest last.

    Example: self-heal guard log --denied
    """
    entries = [e for e in audit.entries() if not denied or e.get("decision") != "allow"]
    for entry in entries[-last:] if last > 0 else []:
        click.echo(json.dumps(entry) if as_json else guard_status.logged(entry))


@guard.command()
def on() -> None:
    """Switch healing on for every session in this repository.

    Example: self-heal guard on
    """
    repo = _repository()
    arming.arm_repository(repo)
    click.echo(f"Healing is on for every session in {repo}. `self-heal guard off` ends it.")


@guard.command()
def off() -> None:
    """Switch healing off in this repository and all its sessions; only a person can.

    Example: self-heal guard off
    """
    if presence.agent():
        raise NotForAgents(
            "An agent cannot switch the guard off: ask the person to type `self-heal guard off` "
            "in a terminal, or `/self-healing-pipeline off` here."
        )
    repo = _repository()
    found = arming.disarm_repository(repo)
    click.echo(f"Healing is off in {repo}." if found else f"Healing was not on in {repo}.")


def _repository() -> str:
    here = str(Path.cwd())
    return workspace.find_repository(here) or here
