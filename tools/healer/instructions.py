"""What the model is told: the skill, and what is different when nobody sits at the terminal."""

from __future__ import annotations

from pathlib import Path

from self_heal.places import plugin_root

_HEADLESS = """\
You follow the skill below with nobody at the terminal. The job, the folder and the tools are
given; start with step 0 and go on to the end without asking for permission.

- The guard judges each call. A denial says what is right instead: do that.
- Nobody can answer. Where the skill says to ask (more than one job fits, a state that cannot be
  pinned), call AskUserQuestion once with the whole question: the healing ends there, and a person
  reads it.
- Pushing, merging and cleaning up are for the person afterwards. You leave a debug branch with
  commits and the three kinds of reports.
- You are done when the rerun is green and `self-heal report check` passes, or when the summary
  says `Failed — blocked: <reason>`. Then say in two sentences how it stands, without a call.
- Calls that do not depend on each other belong into one answer.
- The skill's own files, such as references/cli.md, lie in {root}.
"""


def system() -> str:
    """The system prompt: always the same text, so that it is cached."""
    root = plugin_root()
    return f"{_HEADLESS.format(root=root)}\n{_body(root / 'SKILL.md')}"


def prompt(job: str, note: str = "", wrong_results: bool = False) -> str:
    """The first words of a healing."""
    broken = "ran green, and its results are wrong" if wrong_results else "failed"
    task = f"Job {job} {broken}. Find out why and heal it." if job else _FIND
    return f"{task}\n\n{note}".strip()


_FIND = "A run of this project failed. Find the failed job, find out why it failed, and heal it."


def _body(path: Path) -> str:
    """The skill without its frontmatter."""
    text = path.read_text(encoding="utf-8")
    return text.split("\n---\n", 1)[1].lstrip() if text.startswith("---\n") else text
