"""The documents say what is so: files exist, commands exist, examples print what is shown."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from self_heal.cli import COMMANDS
from self_heal.places import plugin_root

ROOT = plugin_root()
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")])
TOP = ("docs", "hooks", "tools", "tests", "schemas", "references", "skills", "SKILL.md")


def examples(document: Path) -> list[tuple[str, str]]:
    """Each `$ command` of a console block, with the output that is shown below it."""
    blocks = re.findall(r"```console\n(.*?)```", document.read_text(), re.S)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.M)[1:]]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


EXAMPLES = [(doc.name, *example) for doc in DOCUMENTS for example in examples(doc)]


@pytest.mark.parametrize(("document", "command", "shown"), EXAMPLES)
def test_an_example_prints_what_is_shown(
    document: str, command: str, shown: str, tmp_path: Path
) -> None:
    """`…` stands for anything; the command runs as a person would type it."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    assert re.fullmatch(pattern, done.stdout.strip(), re.S), (document, done.stdout, done.stderr)


def test_there_are_examples() -> None:
    """The test above would pass without any."""
    assert any(document == "README.md" for document, _, _ in EXAMPLES)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_self_heal_command_that_is_named_exists(document: Path) -> None:
    """In spans and in blocks."""
    for name in re.findall(r"(?:`|\$ |^)self-heal ([a-z]+)", document.read_text(), re.M):
        assert name in COMMANDS, (document.name, name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_file_that_is_named_exists(document: Path) -> None:
    """Paths in code spans that begin with a folder of the repository."""
    for span in re.findall(r"`([\w./*<>-]+)`", document.read_text()):
        if span.split("/")[0] in TOP and not set("<>*") & set(span):
            assert (ROOT / span).exists(), (document.name, span)


def test_make_has_each_target_that_is_named() -> None:
    """`make x` in the documents is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for document in DOCUMENTS:
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.M):
            assert shlex.quote(target) in targets, (document.name, target)
