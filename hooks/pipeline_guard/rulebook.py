"""THE table of rules: what each says, why it is there, and what is right instead.

The deny messages, SKILL.md's list, the documentation and the test matrix take their words from
here. The titles of the numbered rules are the workflow's own. An example is a command line; its
`{job}`, `{pinned}`, `{user}`, `{short}`, `{debug}` and `{hash}` stand for the session's values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """One rule; `number` is 0 for what is no hard rule of the workflow.

    `module` is the module of `rules/` that judges it, `""` where `decide` itself does.
    """

    key: str
    number: int
    title: str
    why: str
    remedy: str
    module: str
    denied: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How a message names it: `rule 3 (NEVER query a moving ref)`."""
        short = self.title.partition("**")[2].partition("**")[0] or self.title
        return f"rule {self.number} ({short.rstrip('.')})" if self.number else short


HARD_RULES = (
    Rule(
        "main_branch",
        1,
        "**NEVER touch `main`** — not in Bauplan, not in Git.",
        "Production reads main. A healing proves itself on a branch; a person merges it.",
        "Work on the debug branches: `debug/…` in git, `<user>.debug_…` in Bauplan.",
        "main_branch",
        (
            "bauplan checkout main",
            "bauplan branch merge {user}.debug_{short}",
            "bauplan branch create {user}.debug_{short} --from-ref main",
            "git push origin main",
            "git merge debug/bpln_{short}",
        ),
        (
            "git switch -c debug/bpln_{short}",
            "bauplan checkout -b {user}.debug_{short} --from-ref {pinned}",
            "bauplan query --ref {pinned} 'SELECT count(*) FROM t'",
        ),
    ),
    Rule(
        "git_only",
        2,
        "**NEVER change code without Git** — every edit lives on a debug branch with a commit.",
        "A fix that is in no commit cannot be reviewed, repeated or undone.",
        "Edit on a `debug/…` branch; one commit for each change, its message with the job id.",
        "git_only",
        (
            "git commit --amend --no-edit",
            "git commit --no-verify -m 'Fix (job {job})'",
            "git stash",
            "git reset --hard",
            "git restore models.py",
        ),
        ("git add -A", "git status --short", "git log --oneline -5"),
    ),
    Rule(
        "pinned_queries",
        3,
        "**NEVER query a moving ref** — always target `branch@commit_hash` or a tag.",
        "A branch moves: what it shows now is not what failed. Evidence needs one state.",
        'Query `branch@<64 hex>` or a tag, bounded: `--max-rows 20 "SELECT … LIMIT 20"`.',
        "pinned_queries",
        (
            "bauplan query 'SELECT * FROM t LIMIT 20'",
            "bauplan query --ref main 'SELECT * FROM t LIMIT 20'",
            "bauplan query --ref {pinned} 'SELECT * FROM t'",
            "bauplan query --ref {pinned} --all-rows 'SELECT * FROM t LIMIT 20'",
            "bauplan table get t",
        ),
        (
            "bauplan query --ref {pinned} --max-rows 20 'SELECT * FROM t LIMIT 20'",
            "bauplan query --ref @{hash} 'SELECT min(a), max(a) FROM t'",
            "bauplan table get t --ref {pinned}",
            "bauplan commit main --max-count 10",
        ),
    ),
    Rule(
        "inspect_first",
        4,
        "**NEVER rerun before inspecting** — understand the failure, then act.",
        "A rerun without evidence overwrites what could have explained the failure.",
        "Job and logs, job report, pinned debug branch, data reports of the inputs; then rerun.",
        "inspect_first",
        (
            "bauplan run --ref {user}.debug_{short}",
            "bauplan run --dry-run --ref {user}.debug_{short}",
            "bauplan run --ref main",
        ),
        ("bauplan job get {job}", "bauplan job logs {job}", "bauplan job ls --status fail"),
    ),
    Rule(
        "keep_branches",
        5,
        "**NEVER clean up debug branches** unless the user explicitly asks.",
        "Debug and transaction branches are the evidence, and what a person merges from.",
        "Leave them. The person may ask for a clean-up by name.",
        "keep_branches",
        (
            "bauplan branch rm {user}.debug_{short}",
            "bauplan branch delete {user}.debug_{short}",
            "git branch -D debug/bpln_{short}",
            "git clean -fd",
        ),
        ("bauplan branch ls --name debug", "git branch --list"),
    ),
    Rule(
        "known_flags",
        6,
        "**NEVER guess CLI flags.** Before running any `bauplan` CLI command, verify the exact "
        "flag names against the CLI reference doc in the project. If unsure about a flag, "
        "check first.",
        "The command line changes between versions; a guessed flag fails or does something else.",
        "Look it up: `bauplan <command> --help`, or `self-heal reference show <command>`.",
        "known_flags",
        (
            "bauplan job ls --format json",
            "bauplan job get --id {job}",
            "bauplan table get t --branch {pinned}",
        ),
        ("bauplan job ls --output json", "bauplan query --help"),
    ),
    Rule(
        "allowed_files",
        7,
        "**NEVER create files outside `debug/` and the pipeline project directory.** No "
        "top-level documentation, no READMEs, no schema guides. Your outputs are: the `debug/` "
        "report files, and edits to existing pipeline code (models, expectations, project "
        "config). Nothing else.",
        "Stray files are what a person has to clean up, and how an agent steps around a rule.",
        "Reports: `debug/job/<job id>.md`, `debug/data_snapshot/<table>.md`, `debug/summary.md`.",
        "allowed_files",
        ("echo done > NOTES.md", "git diff --output=fix.patch", "mkdir -p scratch"),
        ("mkdir -p debug/job debug/data_snapshot",),
    ),
    Rule(
        "no_scripts",
        8,
        "**NEVER write Python scripts for diagnosis.** Steps 0–4 (evidence collection, "
        "classification, root cause analysis) use `bauplan` CLI commands exclusively. The only "
        "Python you write is pipeline code: model fixes in `models.py` and expectations in "
        "`expectations.py`.",
        "A script reads what nobody pinned and leaves nothing that a person can repeat.",
        "Ask the lakehouse: `bauplan table get`, `bauplan query` on the pinned ref.",
        "no_scripts",
        ("python -c 'print(1)'", "python3 check.py", "duckdb data.db", "awk '{print $1}' f"),
        ("cat models.py", "grep -rn dep_delay ."),
    ),
)

OTHER_RULES = (
    Rule(
        "tools",
        0,
        "only the skill's tools",
        "The skill lists its tools; a list of forbidden things is never complete.",
        "Use bauplan, read-only git and shell commands, Read, Glob, Grep, and the edit tools.",
        "tools",
        ("curl https://example.com", "pip install pandas", "bauplan config get"),
        ("ls -la", "git status"),
    ),
    Rule(
        "account",
        0,
        "stay in the session's account",
        "Another profile, key, endpoint, home or path would be another lakehouse or program.",
        "Run the plain command in the environment as it is.",
        "account",
        ("bauplan --profile prod job ls", "BAUPLAN_PROFILE=prod bauplan job ls"),
        ("LC_ALL=C sort models.py",),
    ),
    Rule(
        "credentials",
        0,
        "keep secrets secret",
        "What is printed is in a transcript for ever.",
        "No step of the workflow needs a key: `bauplan info` says who you are.",
        "account",
        ("cat ~/.bauplan/config.yml", "cat .env"),
        ("bauplan info",),
    ),
    Rule(
        "unknown",
        0,
        "only what the guard understands",
        "What cannot be read cannot be judged.",
        "Write the command out plainly, one program at a time.",
        "tools",
        ('eval "$x"', "$CMD run"),
    ),
    Rule(
        "internal",
        0,
        "the guard could not judge this",
        "A guard that fails open is none.",
        "Run `self-heal guard status`; if it persists, stop and tell the person.",
        "",
    ),
)


def filled(example: str, values: Mapping[str, str]) -> str:
    """An example with the session's values; other braces stay (they are the shell's)."""
    for name, value in values.items():
        example = example.replace("{" + name + "}", value)
    return example


RULES = {rule.key: rule for rule in (*HARD_RULES, *OTHER_RULES)}
