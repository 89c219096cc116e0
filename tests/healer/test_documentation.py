"""docs/headless.md says what the programs do."""

from __future__ import annotations

import re

import click
import pytest

from healer import commands, outcome, toolbox
from healer.budget import Budget
from healer.heal import RETRIES
from healer.prices import DEFAULT_MODEL
from self_heal.commands.run import run
from self_heal.commands.watch import watch
from self_heal.places import plugin_root

TEXT = (plugin_root() / "docs" / "headless.md").read_text()


@pytest.mark.parametrize("command", [run, watch], ids=lambda command: command.name)
def test_every_option_in_the_page_exists(command: click.Command) -> None:
    """A renamed option is noticed."""
    lines = [line for line in TEXT.splitlines() if f"self-heal {command.name}" in line]
    known = {option for param in command.params for option in param.opts}
    shown = {option for line in lines for option in re.findall(r"--[a-z-]+", line)}
    assert lines
    assert shown <= known


def test_the_table_of_options_is_that_of_the_program() -> None:
    """Each row has its option, and the defaults of the limits are right."""
    rows = dict(re.findall(r"^\| `(--[a-z-]+)[^`]*` \|([^|]*)\|", TEXT, re.MULTILINE))
    assert set(rows) == {opt for param in run.params for opt in param.opts}
    for name, value in Budget()._asdict().items():
        assert float(rows[f"--max-{name}"].replace(",", "")) == value
    assert f"`{DEFAULT_MODEL}`" in rows["--model"]


def test_the_table_of_ends_is_that_of_the_program() -> None:
    """Each outcome with its exit code."""
    for kind, code in outcome.EXIT_CODES.items():
        assert re.search(rf"^\| {code} \| {kind}", TEXT, re.MULTILINE), kind


def test_the_limits_in_the_page_are_those_of_the_program() -> None:
    """Seconds, bytes and retries."""
    assert f"at most {toolbox.SECONDS:.0f} s" in TEXT
    assert f"{toolbox.LONGEST:,} bytes" in TEXT
    assert {4: "four"}[RETRIES] in TEXT
    assert commands.TIMED_OUT not in outcome.EXIT_CODES.values()
