"""The words of a refusal: which rule, what was seen, and the exact next step."""

from __future__ import annotations

from pipeline_guard.verdicts import ASK, Finding, Verdict

GUARD = "guard"  # findings of the guard itself, which belong to no rule
OPENING = "The self-healing guard"
_MOST_FINDINGS = 4


def reason(verdict: Verdict) -> str:
    """One sentence pair for each finding that decides the verdict, without repetition."""
    deciding = [f for f in verdict.findings if f.decision == verdict.decision]
    lines = list(dict.fromkeys(_line(finding) for finding in deciding))
    if len(lines) > _MOST_FINDINGS:
        more = len(lines) - _MOST_FINDINGS
        lines[_MOST_FINDINGS:] = [f"And {more} more of the same kind."]
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    return f"{_opening(finding)}: {_sentence(finding.saw)} {_sentence(finding.do)}".rstrip()


def _opening(finding: Finding) -> str:
    name = OPENING if finding.rule == GUARD else _title(finding.rule)
    return f"{name} needs the person's consent" if finding.decision == ASK else name


def _title(rule: str) -> str:
    from pipeline_guard import rulebook  # needed for refusals only

    name = rulebook.RULES[rule].name
    return name[:1].upper() + name[1:]


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else text + "."
