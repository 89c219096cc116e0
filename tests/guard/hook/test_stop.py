"""The end: no stop after a change of code without valid reports, and healing ends with them."""

from __future__ import annotations

from pathlib import Path

import pytest

BLOCKED = "# Self-Healing Summary\n\n## Rerun result\nFailed — blocked: {reason}\n"


@pytest.fixture
def edited(healing):
    """A session that has changed a model."""
    models = str(healing.repo / "pipeline" / "models.py")
    healing.after("Edit", {"filePath": models}, file_path=models, old_string="a", new_string="b")
    return healing


def summary(agent, text: str) -> Path:
    path = agent.repo / "debug" / "summary.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_session_that_changed_nothing_may_stop(healing):
    assert healing.stop().silent


def test_after_a_change_the_missing_reports_are_listed_at_most_twice(edited):
    first = edited.stop()
    assert first.answer["decision"] == "block"
    assert "debug/summary.md" in first.answer["reason"]
    assert edited.stop().refused
    assert edited.stop().silent


def test_the_persons_next_prompt_starts_the_count_again(edited):
    assert edited.stop().refused
    assert edited.stop().refused
    assert edited.prompt("go on").silent
    assert edited.stop().refused


def test_a_blocked_healing_may_always_stop(edited):
    summary(edited, BLOCKED.format(reason="nobody can grant access to the bucket"))
    assert edited.stop().silent


@pytest.mark.parametrize(
    "text",
    [
        BLOCKED.format(reason=""),
        BLOCKED.format(reason="<reason>"),
        "# Self-Healing Summary\n\n## Rerun result\nFailed — the run timed out\n",
        "# Self-Healing Summary\n\nFailed — blocked: said elsewhere\n\n## Rerun result\nGreen\n",
        "",
    ],
)
def test_what_only_looks_blocked_may_not(edited, text: str):
    summary(edited, text)
    assert edited.stop().refused


def test_a_refused_stop_does_not_end_the_healing(edited):
    edited.stop()
    edited.prompt("thanks")
    assert edited.before("Bash", command="git push origin main").refused


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ('{"disableAllHooks": true}', True),
        ('{"disableAllHooks": false}', False),
        ('{"permissions": {"allow": ["Bash(ls)"]}}', False),
        ('{"enabledPlugins": {"self-healing-pipeline@market": false}}', True),
        ('{"enabledPlugins": {"another@market": false}}', False),
        ('{"env": {"XDG_STATE_HOME": "/tmp/x"}}', True),
        ('{"env": {"CLAUDE_CODE_SESSION_ID": "x"}}', True),
        ('{"env": {"BAUPLAN_PROFILE": "x"}}', True),
        ('{"env": {"EDITOR": "vi"}}', False),
        ("{", True),
        (None, True),
    ],
)
def test_settings_that_would_switch_the_guard_off_are_blocked(
    healing, tmp_path: Path, settings: str | None, refused: bool
):
    path = tmp_path / "settings.local.json"
    if settings is not None:
        path.write_text(settings)
    fields = {"source": "local_settings", "file_path": str(path)}
    reply = healing.send("config-change", healing.event("ConfigChange", **fields))
    assert (reply.refused, reply.silent) == (refused, not refused)
    assert not refused or reply.answer["decision"] == "block"
