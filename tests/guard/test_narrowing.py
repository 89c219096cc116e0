"""A folder with credentials in it: code below it may be searched, they may not be read."""

from __future__ import annotations

import pytest

from pipeline_guard.verdicts import ALLOW, DENY
from tests.guard.conftest import Healing


@pytest.fixture
def with_secrets(healing: Healing) -> Healing:
    """A repository whose top holds a `.env`, as many do."""
    healing.write(".env", "TOKEN=x\n")
    healing.write(".gitignore", ".env\n")
    return healing


NARROW = [
    "grep -rn dep_delay --include='*.py' .",
    "grep -rn dep_delay --include '*.py' --include=*.sql",
    "grep -rn --include='models.py' dep_delay .",
    "grep -rn dep_delay pipeline",
    "rg -n dep_delay -t py",
    "rg -n dep_delay -tsql .",
    "rg -g '*.py' -g '!debug' dep_delay",
    "rg --glob='**/*.{py,sql}' dep_delay .",
    "find . -name '*.py'",
    "find . -name '*.py' -exec grep -n dep_delay {} +",
    "find . -type f \\( -name '*.py' -o -name '*.sql' \\) -exec cat {} \\;",
    "find . -not -path './.venv/*' -name '*.py' -exec wc -l {} +",
    "find . -iname '*.SQL' -o -name x",
    "find . -name '*.py' | xargs grep -n dep_delay",
    "find . -name '*.py' 2>/dev/null | grep -v test | sort | head -20 | xargs wc -l",
    "find . -name '*.sql' -print0 | xargs -0 cat",
    "find . -name 'bauplan_project.y*ml' | xargs -n 1 cat",
    "find . -name '*.py' | xargs -I{} head -3 {}",
]
WIDE = [
    "grep -rn dep_delay .",
    "grep -rn dep_delay --include='*' .",
    "grep -rn dep_delay --include='*.py' --include='.env' .",
    "grep -rn -e --include=*.py .",
    "grep -rn dep_delay --exclude='*.py' .",
    "rg dep_delay",
    "rg -g '!*.py' dep_delay",
    "rg -g '*.py' -g '.e*' dep_delay",
    "rg -t sh dep_delay",
    "rg -g '*.py' --iglob '*' dep_delay",
    "find . -type f -exec cat {} +",
    "find . -name '*.py' -o -exec cat {} +",
    "find . ! -name '*.py' -exec cat {} +",
    "find . -not \\( -name '*.py' \\) -exec cat {} +",
    "find . \\( -name '*.py' -o -type f \\) -exec cat {} +",
    "find . -name '*.py' -exec cat {} \\; -o -exec cat {} \\;",
    "find . -name '*.py' -o -name '.env' | xargs cat",
    "find . -type f | xargs cat",
    "find . | grep env | xargs cat",
    "find . -name '*.py' -printf '.env' | xargs cat",
    "find . -name '*.py' | cut -c3- | xargs cat",
    "find . -name '*.py' | xargs cat < README.md",
    "find . -name '*.py' | (echo .env; cat) | xargs cat",
    "find . -name '*.py' | { echo .env | xargs cat; }",
    "find . -name '*.py'; echo .env | xargs cat",
    "cat < .env | xargs find . -name '*.py' | xargs cat",
]


@pytest.mark.parametrize("command", NARROW)
def test_a_search_that_is_kept_to_code_passes(with_secrets: Healing, command: str) -> None:
    """By the options of the search itself, or by the tests of the `find` that feeds it."""
    assert with_secrets.bash(command).decision == ALLOW, with_secrets.bash(command)


@pytest.mark.parametrize("command", WIDE)
def test_a_search_that_would_read_them_is_refused(with_secrets: Healing, command: str) -> None:
    """Options that only look like a narrowing, or that leave a way around it."""
    assert with_secrets.bash(command).decision == DENY


@pytest.mark.parametrize(
    ("arguments", "decision"),
    [
        ({"glob": "*.py"}, ALLOW),
        ({"glob": "**/*.{py,sql}"}, ALLOW),
        ({"type": "py"}, ALLOW),
        ({}, DENY),
        ({"glob": "*"}, DENY),
        ({"glob": ".env *.py"}, DENY),
        ({"glob": ".env,*.py"}, DENY),
        ({"glob": "{.env,x.py}"}, DENY),
        ({"glob": "!*.py"}, DENY),
        ({"type": "sh"}, DENY),
    ],
)
def test_grep_as_a_tool_is_judged_alike(
    with_secrets: Healing, arguments: dict[str, str], decision: str
) -> None:
    """Claude Code splits its glob at blanks and commas."""
    assert with_secrets.call("Grep", pattern="dep_delay", **arguments).decision == decision


@pytest.mark.parametrize("runs", ["uniq", "tee", "rm", "sed -i s/a/b/", "git add", "python3"])
@pytest.mark.parametrize("way", ["-exec {} {{}} +", "| xargs {}"])
def test_what_changes_files_is_run_on_none_that_was_found(
    healing: Healing, runs: str, way: str
) -> None:
    """`uniq a b` writes b: a program that is given many names may read the first only."""
    line = f"find . -name '*.py' {way.format(runs)}"
    assert healing.ready().bash(line).decision == DENY
