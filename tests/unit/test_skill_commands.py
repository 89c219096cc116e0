"""Every command that the skill and the documentation show is one that the real program takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_guard.rulebook import RULES
from self_heal.documents import Shown, commands, fill
from self_heal.places import plugin_root

ROOT = plugin_root()
BAUPLAN = Path(sys.executable).parent / "bauplan"
REFUSED_BY_THE_PARSER = 2


def pages() -> list[Path]:
    own = [ROOT / "SKILL.md", ROOT / "README.md", *(ROOT / "references").glob("*.md")]
    return sorted([*own, *(ROOT / "docs").rglob("*.md")])


def shown() -> list[tuple[str, Shown]]:
    found = [(page.name, one) for page in pages() for one in commands(page.read_text("utf-8"))]
    remedies = [(rule.key, one) for rule in RULES.values() for one in commands(rule.remedy)]
    return [*found, *remedies]


def words(one: Shown, values: dict[str, str]) -> list[str]:
    filled = fill(one.text, values)[1:]
    return [*filled, "--help"] if one.mention else filled


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """An account whose lakehouse does not answer: the parser judges, nothing happens."""
    return {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "BAUPLAN_API_ENDPOINT": "http://127.0.0.1:9",
        "BAUPLAN_API_KEY": "none",
    }


def test_the_skill_shows_commands_at_all():
    assert len([one for name, one in shown() if name == "SKILL.md"]) > 20


@pytest.mark.parametrize(
    ("page", "one"), shown(), ids=lambda value: value.text if isinstance(value, Shown) else value
)
def test_the_real_program_takes_each_command(
    page: str, one: Shown, nowhere: dict[str, str], example_values: dict[str, str]
):
    done = subprocess.run(
        [str(BAUPLAN), *words(one, example_values)],
        env=nowhere,
        cwd=nowhere["HOME"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode != REFUSED_BY_THE_PARSER, f"{page}:{one.line}: {done.stderr}"


@pytest.mark.parametrize(
    "text",
    [
        "`bauplan commit --ref main --limit 10`",
        "```bash\nbauplan checkout --branch demo.x\n```",
        "| a | `bauplan query -o json` |\n|---|---|",
    ],
)
def test_a_wrong_command_is_found_and_refused(
    text: str, nowhere: dict[str, str], example_values: dict[str, str]
):
    (one,) = commands(text)
    done = subprocess.run(
        [str(BAUPLAN), *words(one, example_values)],
        env=nowhere,
        cwd=nowhere["HOME"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == REFUSED_BY_THE_PARSER


def test_a_wrong_command_shown_on_purpose_is_left_out():
    assert not list(commands("❌ `bauplan job get --id x`"))


def test_lines_and_continuations_are_told_apart():
    text = "Run:\n\n```bash\nbauplan info\nbauplan query \\\n  --ref main && bauplan version\n```\n"
    assert [(one.line, one.text.split()) for one in commands(text)] == [
        (4, ["bauplan", "info"]),
        (5, ["bauplan", "query", "--ref", "main"]),
        (5, ["bauplan", "version"]),
    ]
