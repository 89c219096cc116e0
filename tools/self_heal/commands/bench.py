"""`self-heal bench`: agents on the scenarios, graded, side by side."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from rich.console import Console

from self_heal import scenario as scenarios
from self_heal.bench import agents, scores, show
from self_heal.bench.agents import Agent, Arm
from self_heal.bench.trials import Trial, run_all
from self_heal.errors import CheckFailed


@click.command(
    epilog="Example: self-heal bench null-keys --session both --without guard. Exit codes: 1 a "
    "reference session lost marks, or a wrong one did not fail as stated; 3 no bauplan program; "
    "4 an unknown scenario or a combination that means nothing."
)
@click.argument("names", metavar="[SCENARIO]...", nargs=-1)
@click.option(
    "--agent",
    type=click.Choice(["scripted", "api", "command"]),
    default="scripted",
    show_default=True,
    help="The scenarios' own scripts, the healer on the Claude API, or any program.",
)
@click.option("--command", default="", help="That program: {prompt}, {job}, {folder} are put in.")
@click.option(
    "--session",
    type=click.Choice(["reference", "wrong", "both"]),
    default="reference",
    show_default=True,
    help="Which script is played; of a scripted agent only.",
)
@click.option(
    "--without",
    type=click.Choice(["skill", "guard"]),
    multiple=True,
    help="Run the same without it, too.",
)
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="k of pass^k.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Side by side.")
@click.option("--limit", default=1800.0, show_default=True, help="Seconds that a program may take.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/bench"),
    show_default=True,
    help="Where results.json and plot.svg go.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def bench(
    names: tuple[str, ...],
    agent: Agent,
    command: str,
    session: str,
    without: tuple[str, ...],
    repeat: int,
    jobs: int,
    limit: float,
    out: Path,
    as_json: bool,
) -> None:
    """Let agents heal the scenarios (all, or those named), and grade each healing.

    The grade comes from the lakehouse and git alone. pass@1 is the share of full marks, pass^k
    the share of scenarios with full marks in each of k trials.
    """
    chosen = [scenarios.folder_of(name).name for name in names] or scenarios.known()
    arms = _arms(agent, command, session, without, limit)
    console = Console(stderr=as_json, highlight=False)
    trials = run_all(arms, chosen, repeat, jobs, lambda trial: _tell(console, trial))
    found = scores.results(trials, os.environ.get("SELF_HEAL_MODEL", "") or agent)
    told = [scores.score(arm.name, trials) for arm in arms]
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    (out / "plot.svg").write_text(show.plot(told))
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    console.print(show.trials_table(trials), show.scores_table(told))
    console.print(f"{out / 'results.json'}, {out / 'plot.svg'}")
    _judge(agent, trials)


def _arms(
    agent: Agent, command: str, session: str, without: tuple[str, ...], limit: float
) -> list[Arm]:
    base = Arm(agent, command=command, limit=limit)
    arms = [base]
    arms += [base._replace(skill=False)] if "skill" in without else []
    arms += [base._replace(guard=False)] if "guard" in without else []
    wrong = [arm._replace(session="wrong") for arm in arms]
    arms = {"reference": arms, "wrong": wrong, "both": [*arms, *wrong]}[
        session if agent == "scripted" else "reference"
    ]
    for arm in arms:
        agents.check(arm)
    return arms


def _tell(console: Console, trial: Trial) -> None:
    mark = "[green]✓[/]" if trial.grade.passed else "[red]✗[/]"
    failed = ", ".join(trial.grade.failed)
    seconds = sum(trial.seconds.values())
    console.print(f" {mark} {trial.scenario}: {trial.arm}, {seconds:.1f} s  {failed}")
    for surprise in trial.surprises if scores.WRONG not in trial.arm else ():
        console.print(f"   [dim]{surprise[:400]}[/]", markup=True)


def _judge(agent: str, trials: list[Trial]) -> None:
    """The scripts are the bench's own test: they must do as they are said to."""
    if agent != "scripted":
        return
    from self_heal.bench.trials import stated_failure

    astray = [
        f"{trial.scenario} ({trial.arm})"
        for trial in trials
        if not (stated_failure(trial) if scores.WRONG in trial.arm else trial.grade.passed)
    ]
    if astray:
        raise CheckFailed(f"Not as it must be: {', '.join(astray)}.")
