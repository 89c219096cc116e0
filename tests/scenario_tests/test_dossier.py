"""The dossier: complete, self-contained, safe against markup, readable in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent_replay.guard import environment
from self_heal.dossier import dag
from self_heal.dossier.collect import Evidence, Healing, Mark, Step, collect
from self_heal.dossier.page import render
from self_heal.errors import BadInput
from self_heal.stage import Stage
from tests.scenario_tests.browser import Browser

SELF_HEAL = Path(sys.executable).with_name("self-heal")
EVIL = "</pre><script>document.title='taken'</script><img src=x onerror=alert(1)>\x1b[31m\u202e"


@pytest.fixture(scope="session")
def healing(healed: Stage) -> Healing:
    """A real healing, with a check of the grader beside it."""
    with environment(healed.environment):
        return collect(healed.repo, [Mark("true", "main is untouched", "at 1234")])


@pytest.fixture
def hostile(healing: Healing) -> Healing:
    """The same, with markup wherever a row, a log, a commit or a report can put it."""
    evidence = Evidence(EVIL, EVIL, EVIL, EVIL, EVIL)
    step = Step("2026-01-01T00:00:00Z", EVIL, EVIL, "deny", EVIL)
    texts = dict.fromkeys(healing.texts, EVIL)
    return healing._replace(
        job=EVIL, failing=EVIL, texts=texts, evidence=(evidence,), steps=(step,), commits=(EVIL,)
    )


@pytest.fixture(scope="session")
def browser() -> Browser:
    """Debian's Chromium, headless."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    return Browser(program)


class Tags(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_tells_the_whole_healing(healing: Healing) -> None:
    """What broke, who is to blame, the diff, evidence before and after, each call, the checks."""
    text = Tags(render(healing)).text
    assert healing.guilty == ("tickets",)
    assert healing.failing == "ranked"
    for words in ("Failed to parse string", "test_priorities_are_digits", "match_substring_regex"):
        assert words in text
    assert all(table.after for table in healing.evidence)
    assert len(healing.steps) > 30
    assert "main is untouched" in text


def test_nothing_is_loaded_and_nothing_runs(healing: Healing) -> None:
    """No script, no reference outside the page; a policy forbids both."""
    page = Tags(render(healing))
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    links = [
        value for _, attrs in page.tags for key, value in attrs.items() if key in ("href", "src")
    ]
    assert all(str(link).startswith("#") for link in links)
    assert "default-src 'none'" in render(healing)


def test_markup_in_data_stays_text(hostile: Healing) -> None:
    """No tag, no colour code of a terminal, no turning of the text's direction."""
    page = render(hostile)
    assert not {"script", "img"} & {tag for tag, _ in Tags(page).tags}
    assert not re.search("[\x1b\u202e]", page)


def test_the_graph_puts_each_model_right_of_its_inputs(healing: Healing) -> None:
    """Raw tables stand at the left, expectations right of what they guard."""
    places = {node.name: node for node in dag.draw(healing.project, "ranked", ["tickets"]).nodes}
    order = ["desk.tickets", "tickets", "ranked", "queue"]
    assert sorted(order, key=lambda name: places[name].x) == order
    assert places["tickets"].marks == ("guilty",)
    assert places["ranked"].marks == ("failing",)


def test_a_folder_without_reports_is_refused(tmp_path: Path) -> None:
    """With what to do, and no traceback."""
    done = subprocess.run(
        [SELF_HEAL, "dossier", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == BadInput.exit_code
    assert "no job report" in done.stderr


def test_the_command_writes_the_page(healed: Stage, tmp_path: Path) -> None:
    """As a person types it, in the healed repository."""
    done = subprocess.run(
        [SELF_HEAL, "dossier", healed.repo, "--out", tmp_path / "deep" / "page.html"],
        env=dict(healed.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert healed.job in (tmp_path / "deep" / "page.html").read_text()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_browser_shows_it_well(
    browser: Browser, healing: Healing, tmp_path: Path, width: int, dark: bool
) -> None:
    """On a phone and a desktop, light and dark: no sideways scrolling, contrast, landmarks."""
    found = browser.look(render(healing), tmp_path, width, dark)
    assert found["width"] == width
    assert found["dark"] is dark
    assert found["problems"] == []
    assert found["texts"] > 200


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("--ink: #1c1f24", "--ink: #d0d0d0", "contrast"),
        (".pair { display: grid;", ".pair { display: grid; width: 90rem;", "scrolls sideways"),
        ("<main>", "<div>", "not one main"),
    ],
)
def test_the_browser_sees_what_is_wrong(
    browser: Browser, healing: Healing, tmp_path: Path, old: str, new: str, says: str
) -> None:
    """Pale words, a part that is too wide, a missing landmark: the measure itself can fail."""
    page = render(healing)
    assert old in page
    problems = browser.look(page.replace(old, new), tmp_path, 360, False)["problems"]
    assert any(says in problem for problem in problems)


def test_a_browser_runs_nothing_of_what_data_brings(
    browser: Browser, hostile: Healing, tmp_path: Path
) -> None:
    """The title is still the page's own."""
    found = browser.look(render(hostile), tmp_path, 1280, False)
    assert "taken" not in found["title"]
    assert found["problems"] == []
