"""A denied command stays denied, however it is rewritten in bash."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_guard import effects as e
from pipeline_guard.rulebook import RULES
from pipeline_guard.shell import effects_of_command
from pipeline_guard.verdicts import DENY
from tests.guard.conftest import Healing
from tests.guard.disguises import as_argv, disguised, nested, quoted
from tests.guard.test_shell_corpus import PAYLOADS, is_payload, is_refused

DENIED = tuple(example for rule in RULES.values() for example in rule.denied)
_SETTINGS = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@_SETTINGS
@given(data=st.data(), payload=st.sampled_from(PAYLOADS))
def test_a_rewritten_command_is_still_seen(data: st.DataObject, payload: str) -> None:
    """The effects hold the command itself, or something that is refused anyway."""
    argv = as_argv(payload)
    assert argv is not None
    line = data.draw(disguised(argv))
    found = effects_of_command(line, "/")
    assert any(is_refused(f) or is_payload(f, payload) for f in found), found


@_SETTINGS
@given(data=st.data(), example=st.sampled_from(DENIED))
def test_a_denied_example_never_becomes_allowed(
    healing: Healing, data: st.DataObject, example: str
) -> None:
    """Each denied example of the rulebook, rewritten and nested, is denied."""
    line = healing.inspected().fill(example)
    argv = as_argv(line)
    rewritten = data.draw(nested(line) if argv is None else disguised(argv))
    assert healing.bash(rewritten).decision == DENY, rewritten


@_SETTINGS
@given(data=st.data())
def test_a_rewritten_read_stays_a_read(data: st.DataObject) -> None:
    """The rewriting itself keeps the meaning: a plain quoting of a read is understood."""
    argv = ("grep", "-n", "a b", "README.md")
    found = effects_of_command(data.draw(quoted(argv)), "/")
    assert not any(isinstance(f, e.Unknown) for f in found), found
    ran = [f for f in found if isinstance(f, e.RunProgram)]
    assert [f.argv for f in ran] == [argv]
    assert ran[0].reads_only


@pytest.mark.parametrize("example", DENIED)
def test_the_examples_are_denied_as_they_are(healing: Healing, example: str) -> None:
    """What is rewritten above was denied before."""
    assert healing.inspected().bash(healing.fill(example)).decision == DENY
