"""The rulebook's own examples hold, and its words are the workflow's."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from pipeline_guard import decide, wording
from pipeline_guard.rulebook import HARD_RULES, RULES

DENIED = [(rule.key, example) for rule in RULES.values() for example in rule.denied]
ALLOWED = [example for rule in RULES.values() for example in rule.allowed]


@pytest.mark.parametrize(("key", "example"), DENIED)
def test_a_denied_example_is_denied_by_its_rule(healing, key: str, example: str):
    found = healing.inspected().bash(healing.fill(example))
    assert found.decision == "deny"
    assert key in {finding.rule for finding in found.findings}


@pytest.mark.parametrize("example", ALLOWED)
def test_an_allowed_example_is_allowed(healing, example: str):
    found = healing.inspected().bash(healing.fill(example))
    assert found.decision == "allow", found


@pytest.mark.parametrize(("key", "example"), DENIED)
def test_a_denial_names_its_rule_and_the_right_step(healing, key: str, example: str):
    words = wording.reason(healing.inspected().bash(healing.fill(example)))
    assert RULES[key].name.casefold() in words.casefold()
    assert all(len(line.partition(": ")[2]) > 20 for line in words.splitlines())


def test_the_hard_rules_are_the_workflows_own_words_in_its_order():
    skill = Path(__file__).parents[2].joinpath("SKILL.md").read_text()
    assert [rule.number for rule in HARD_RULES] == list(range(1, 9))
    for rule in HARD_RULES:
        bold = re.search(r"\*\*(.+?)\*\*", rule.title)
        assert bold
        assert f"{rule.number}. **{bold.group(1)}" in skill


@pytest.mark.parametrize("rule", HARD_RULES, ids=lambda rule: rule.key)
def test_each_hard_rule_has_a_module_with_the_same_three_names(rule):
    module = import_module(f"pipeline_guard.rules.{rule.module}")
    assert rule.number == module.NUMBER
    assert module.HANDLES
    assert callable(module.judge)
    assert rule.module in decide.MODULES


def test_the_rules_of_an_effect_are_those_that_handle_it():
    for effect, named in decide.JUDGES.items():
        handling = [name for name in decide.MODULES if effect in decide.rule(name).HANDLES]
        assert list(named) == handling


def test_what_goes_wrong_inside_is_a_denial(healing, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = healing.bash("bauplan info")
    assert found.decision == "deny"
    assert [finding.rule for finding in found.findings] == ["internal"]
