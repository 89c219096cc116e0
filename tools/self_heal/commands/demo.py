"""`self-heal demo`: a broken pipeline, an agent session under the guard, and what came of it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from agent_replay.guard import environment
from agent_replay.hooks import Hooks, new_session_id
from agent_replay.play import Played, play
from agent_replay.script import Script
from agent_replay.script import read as read_script
from agent_replay.tools import Tools
from self_heal.bench import scripted
from self_heal.checks import check_healing
from self_heal.dossier.collect import Mark, collect
from self_heal.dossier.page import render
from self_heal.errors import CheckFailed
from self_heal.grader.result import Check
from self_heal.places import plugin_root
from self_heal.stage import Stage, staged

STEPS = (
    "0 Safety check",
    "1 Pin the failing state",
    "2 Create debug branches",
    "3 Collect evidence",
    "4 Classify and localize",
    "5 Apply a minimal fix",
    "6 Rerun",
    "7 Prevent recurrence",
)


@click.command()
@click.option("--scenario", "name", default="schema-drift", show_default=True, help="What breaks.")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Where all of it is made, and left for you to look at.",
)
@click.option("--replace", is_flag=True, help="Clear a workspace that an earlier demo left there.")
def demo(name: str, workspace: Path, replace: bool) -> None:
    """The whole way on this machine: a broken pipeline, healed under the guard.

    Example: self-heal demo --workspace /tmp/demo

    Exit codes: 0 all checks hold, 1 one does not, 3 no bauplan program, 4 a broken scenario,
    5 the workspace is in use.
    """
    console = Console(highlight=False)
    started = time.perf_counter()
    with _quiet_interrupt(console) as go_on:
        console.print(f"Setting up [bold]{name}[/]: a fake lakehouse, and how the pipeline broke …")
        with staged(name, workspace.resolve(), replace) as stage:
            console.print(f"{stage.scenario.title}: job {stage.job} has failed.")
            played, guard_seconds = _play(stage, _script(stage), _timeline(console, go_on))
            checks = check_healing(stage, played)
            _write_dossier(stage, checks)
    seconds = time.perf_counter() - started
    _report(console, checks, workspace)
    console.print(f"{seconds:.1f} s, of which {guard_seconds / seconds:.0%} in the guard.")
    if not all(check.holds for check in checks):
        raise CheckFailed(f"The healing does not hold; the workspace is {workspace}.")


def _script(stage: Stage) -> Script:
    """The scenario's own script, else its reference session."""
    path = plugin_root() / "tests" / "transcripts" / f"{stage.name}.jsonl"
    return read_script(path) if path.is_file() else scripted.script(stage, "reference")


def _write_dossier(stage: Stage, checks: list[Check]) -> None:
    marks = [Mark(check.answer, check.what, check.seen) for check in checks]
    with environment(stage.environment):
        page = render(collect(stage.repo, marks))
    (stage.folder / "dossier.html").write_text(page, encoding="utf-8")


def _play(
    stage: Stage, script: Script, watch: Callable[[Played], None]
) -> tuple[list[Played], float]:
    hooks = Hooks(plugin_root(), new_session_id(), stage.repo, stage.environment)
    tools = Tools(stage.repo, stage.environment)
    return play(script, hooks, tools, stage.names, watch), hooks.seconds


def _timeline(console: Console, go_on: Callable[[], None]) -> Callable[[Played], None]:
    shown: list[int] = []

    def watch(done: Played) -> None:
        go_on()
        if done.turn.step not in shown:
            shown.append(done.turn.step)
            console.print(f"\n[bold]Step {STEPS[done.turn.step]}[/]")
        mark = {"allow": "[green]✓[/]", "ask": "[yellow]?[/]", "deny": "[red]✗[/]"}
        console.print(f" {mark[done.answer.decision]} {escape(_headline(done))}", soft_wrap=True)
        if done.answer.decision != "allow":
            console.print(f"   [dim]{escape(done.answer.reason)}[/]", soft_wrap=True)

    return watch


def _headline(done: Played) -> str:
    arguments = done.call.input
    what = arguments.get("command") or arguments.get("file_path") or arguments.get("skill", "")
    return f"{done.call.tool:5} {what}"


def _report(console: Console, checks: list[Check], workspace: Path) -> None:
    console.print("\n[bold]What came of it[/], seen in the lakehouse and in git:")
    for check in checks:
        mark = "[green]✓[/]" if check.holds else "[red]✗[/]"
        console.print(f" {mark} {escape(check.what)}: {escape(check.seen)}", soft_wrap=True)
    console.print(f"\nThe workspace is {workspace}: repository/debug holds the reports, and")
    console.print("dossier.html tells the whole healing.")


@contextmanager
def _quiet_interrupt(console: Console) -> Iterator[Callable[[], None]]:
    """Ctrl-C ends the demo. Yields what to call between two steps: an interrupt that came while
    the interpreter could not raise it (in a destructor, a callback of C) is raised there.
    """
    heard: list[int] = []

    def stop(number: int, _: object) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    def go_on() -> None:
        if heard:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield go_on
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is left running")
        sys.exit(130)
    finally:
        signal.signal(signal.SIGINT, before)
