"""Rules 3 and 6: data is looked at on pinned refs, in small parts, with flags that exist."""

from __future__ import annotations

import pytest

from pipeline_guard import wording

KEY = "pinned_queries"
SELECT = "'SELECT * FROM t LIMIT 20'"


def keys(found) -> set[str]:
    return {finding.rule for finding in found.findings}


MOVING = f"""
bauplan query {SELECT}
bauplan query --ref main {SELECT}
bauplan query --ref demo.dev {SELECT}
bauplan query -r main {SELECT}
bauplan query -rmain {SELECT}
bauplan query --ref=main {SELECT}
bauplan query --ref main@abc {SELECT}
bauplan query --ref main@HEAD {SELECT}
bauplan query --ref '@{{hash}}x' {SELECT}
bauplan query --ref '{{hash}}' {SELECT}
bauplan query --ref 'main@{{hash}}@main' {SELECT}
bauplan query --ref v1.0 {SELECT}
bauplan query --ref '' {SELECT}
bauplan table get t
bauplan table get t --ref main
bauplan table get t -r demo.debug_x
bauplan table ls
bauplan table ls --ref main
bauplan table ls --namespace nyc
uv run --no-sync bauplan query {SELECT}
env bauplan query {SELECT}
bash -c "bauplan query \\"SELECT * FROM t LIMIT 20\\""
echo x | xargs -I % bauplan table get %
""".strip().splitlines()

UNBOUNDED = """
bauplan query --ref {pinned} 'SELECT * FROM t'
bauplan query --ref {pinned} 'SELECT * FROM t LIMIT 100'
bauplan query --ref {pinned} --all-rows 'SELECT * FROM t LIMIT 20'
bauplan query --ref {pinned} --max-rows 21 'SELECT * FROM t LIMIT 20'
bauplan query --ref {pinned} --max-rows 0 'SELECT * FROM t LIMIT 20'
bauplan query --ref {pinned} --max-rows=500 'SELECT * FROM t LIMIT 20'
bauplan query --ref {pinned} --file q.sql
bauplan query --ref {pinned} -f q.sql
bauplan query --ref {pinned}
bauplan query --ref {pinned} ''
bauplan query --ref {pinned} 'DROP TABLE t'
bauplan query --ref {pinned} 'SELECT 1; SELECT 2'
bauplan query --ref {pinned} 'SELECT count(*) FROM t GROUP BY a'
bauplan query --ref {pinned} -- 'SELECT * FROM t'
""".strip().splitlines()

ALLOWED = """
bauplan query --ref {pinned} --max-rows 20 'SELECT * FROM t LIMIT 20'
bauplan query --ref {pinned} 'SELECT COUNT(*) AS n FROM t'
bauplan query --ref main@{hash} -n nyc 'SELECT a FROM t LIMIT 5'
bauplan query --ref @{hash} --output json 'SELECT min(a), max(a) FROM t'
bauplan query -r{pinned} -Ojson 'SELECT a FROM t LIMIT 5'
bauplan query 'SELECT a FROM t LIMIT 5' --ref={pinned} --no-trunc --no-cache
bauplan query --ref gold-tag 'SELECT a FROM t LIMIT 5'
bauplan table get nyc.flights --ref {pinned}
bauplan table get t --ref gold-tag
bauplan table ls --ref {pinned} --namespace nyc
bauplan commit demo.dev --max-count 10
bauplan commit demo.dev --property bpln_job_id={job}
bauplan commit
bauplan branch ls --name bpln-tx
bauplan branch get demo.dev
bauplan branch diff main demo.dev
bauplan tag ls
bauplan tag ls --name gold
bauplan namespace ls --ref {pinned}
bauplan job ls --status fail --max-count 10
bauplan job ls --status fail --limit 10
bauplan job get {job}
bauplan job logs {job} --all
bauplan info
bauplan version
bauplan --version
bauplan help query
bauplan query --help
bauplan branch rm --help
bauplan config --help
bauplan query --ref main --help
""".strip().splitlines()


@pytest.mark.parametrize("command", MOVING)
def test_a_moving_ref_is_not_looked_at(healing, command: str):
    healing.inspected().knows(tags=frozenset({"gold-tag"}))
    found = healing.bash(healing.fill(command))
    assert found.decision == "deny"
    assert keys(found) & {KEY, "unknown"}


@pytest.mark.parametrize("command", UNBOUNDED)
def test_only_small_reads_are_asked_for(healing, command: str):
    assert KEY in keys(healing.inspected().bash(healing.fill(command)))


@pytest.mark.parametrize("command", ALLOWED)
def test_pinned_and_bounded_look_ups_pass(healing, command: str):
    healing.inspected().knows(tags=frozenset({"gold-tag"}))
    found = healing.bash(healing.fill(command))
    assert found.decision == "allow", found


def test_the_denial_carries_the_same_query_pinned_and_bounded(healing):
    found = healing.inspected().bash("bauplan query 'SELECT dep_delay FROM nyc.flights'")
    right = f"bauplan query --ref {healing.facts.pinned} --max-rows 20 "
    assert f'{right}"SELECT dep_delay FROM nyc.flights LIMIT 20"' in wording.reason(found)


def test_before_the_pin_the_denial_says_how_a_pin_is_found(healing):
    found = healing.knows(job="3f0c2a9e-5d41").bash("bauplan table get t")
    assert "bauplan branch ls --name bpln-tx" in found.findings[0].do


def test_a_tighter_bound_can_be_configured(healing):
    healing.policy = healing.policy._replace(max_rows=5)
    query = "bauplan query --ref {pinned} --max-rows 5 'SELECT * FROM t LIMIT %s'"
    assert healing.inspected().bash(healing.fill(query % 5)).decision == "allow"
    assert KEY in keys(healing.bash(healing.fill(query % 6)))


UNKNOWN = """
bauplan job ls --format json
bauplan job get --id {job}
bauplan table get t --branch {pinned}
bauplan query -o json --ref {pinned} 'SELECT 1'
bauplan jobs ls
bauplan job get
bauplan job get a b
bauplan run --strict on --ref demo.debug_{short}
bauplan run --cache off
bauplan commit --ref main --limit 10
bauplan checkout --branch demo.debug_x
bauplan job ls --status failed
bauplan job ls --max-count many
bauplan --format json job ls
bauplan query --limit 5 'SELECT 1'
bauplan
bauplan job
bauplan table
""".strip().splitlines()


@pytest.mark.parametrize("command", UNKNOWN)
def test_a_guessed_flag_is_answered_with_the_right_one(healing, command: str):
    found = healing.inspected().bash(healing.fill(command))
    assert "known_flags" in keys(found)
    assert all("`bauplan" in f.do for f in found.findings if f.rule == "known_flags")


def test_the_workflows_three_common_mistakes_are_put_right(healing):
    healing.inspected()
    for wrong, right in (
        ("bauplan job ls --format json", "`bauplan job ls --output json`"),
        ("bauplan table get t --branch {pinned}", "`bauplan table get t --ref {pinned}`"),
        ("bauplan job get --id {job}", "`bauplan job get {job}`"),
    ):
        found = healing.bash(healing.fill(wrong))
        assert found.findings[0].do == healing.fill(right)
        assert keys(found) == {"known_flags"}, "a line that cannot run is judged by its flags"


def test_a_corrected_line_that_another_rule_refuses_is_not_proposed(healing):
    found = healing.inspected().bash("bauplan run --strict on --ref main")
    assert "known_flags" in keys(found)
    assert keys(found) & {"inspect_first", "main_branch"}
    assert not any("`bauplan run --ref main" in finding.do for finding in found.findings)


def test_hidden_aliases_are_known_and_judged_by_the_other_rules(healing):
    found = healing.inspected().bash("bauplan branch delete demo.debug_3f0c2a9e")
    assert keys(found) == {"keep_branches"}


@pytest.mark.parametrize(
    "command",
    [
        "bauplan config get api_key",
        "bauplan config set active_branch main",
        "bauplan init",
        "bauplan parameter ls",
        "bauplan job stop {job}",
        "bauplan tag create x",
        "bauplan tag rm x",
        "bauplan table rm t -b demo.debug_x",
        "bauplan table revert t --source-ref {pinned} -i demo.debug_x",
        "bauplan table import t --search-uri s3://x/y -b demo.debug_x",
        "bauplan namespace create n -b demo.debug_x",
        "bauplan branch rename demo.dev demo.other",
        "bauplan branch rm demo.dev",
        "bauplan query --ref {pinned} --arg a=b 'SELECT a FROM t LIMIT 1'",
        "python -m bauplan info",
        "uvx bauplan info",
        "uv run bauplan info",
        "bauplan --profile prod info",
        "bauplan -P prod info",
        "BAUPLAN_PROFILE=prod bauplan info",
        "BAUPLAN_API_KEY=x bauplan info",
        "HOME=/tmp bauplan info",
        "PATH=/tmp:$PATH bauplan info",
        "export BAUPLAN_API_ENDPOINT=http://x; bauplan info",
        "env BAUPLAN_PROFILE=prod bauplan info",
    ],
)
def test_everything_else_of_bauplan_is_denied(healing, command: str):
    assert healing.ready().bash(healing.fill(command)).decision == "deny"
