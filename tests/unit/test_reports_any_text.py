"""A report may hold anything: the check always answers, and never takes noise for a report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_guard import reports
from pipeline_guard.reports import Known, Problem
from pipeline_guard.reports import schema as schemas

TEXTS = Path(__file__).parent / "reports"
JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
KNOWN = Known(logs={JOB: (TEXTS / "logs.txt").read_text()})
NAMES = {"job": f"{JOB}.md", "data": "flights.md", "summary": "summary.md"}
CHECKS: dict[str, Callable[..., list[Problem]]] = {
    "job": reports.check_job_report,
    "data": reports.check_data_report,
    "summary": reports.check_summary,
}
KINDS = {"job": schemas.JOB_REPORT, "data": schemas.DATA_REPORT, "summary": schemas.SUMMARY}
MARKDOWN = ["#", "##", "\n", "\n\n", "```", "|", "---", "**", "`", "- ", "<", ">", ":", "@", " "]
NOISE = st.lists(st.one_of(st.sampled_from(MARKDOWN), st.text(max_size=12)), max_size=30)


def check(kind: str, text: str) -> list[Problem]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[kind]
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return CHECKS[kind](str(path), known=KNOWN)


def headings(kind: str) -> list[str]:
    return list(schemas.headings(schemas.load(KINDS[kind])))


@given(kind=st.sampled_from(sorted(NAMES)), parts=NOISE)
@settings(max_examples=60, deadline=None)
def test_noise_is_answered_and_refused(kind: str, parts: list[str]):
    assert check(kind, "".join(parts))


@given(data=st.data(), kind=st.sampled_from(sorted(NAMES)))
@settings(max_examples=60, deadline=None)
def test_a_report_with_one_section_of_noise_is_answered(data: st.DataObject, kind: str):
    """Whatever stands below one heading, the check ends, with a line inside the file."""
    heading = data.draw(st.sampled_from(headings(kind)))
    noise = "".join(data.draw(NOISE))
    text = (TEXTS / f"{kind}.md").read_text()
    before, after = text.split(f"## {heading}\n")
    _, mark, rest = after.partition("\n\n## ")
    bent = f"{before}## {heading}\n{noise}{mark}{rest}"
    for problem in check(kind, bent):
        assert 1 <= problem.line <= len(bent.splitlines()) + 1
        assert problem.missing


@pytest.mark.parametrize("kind", sorted(NAMES))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_each_section_is_needed(data: st.DataObject, kind: str):
    """Blanks, comments and rules below a heading are no content."""
    heading = data.draw(st.sampled_from(headings(kind)))
    nothing = data.draw(st.sampled_from(["", "\n\n", "---\n", "<!-- x -->\n", "```\n```\n", "…\n"]))
    before, after = (TEXTS / f"{kind}.md").read_text().split(f"## {heading}\n")
    _, mark, rest = after.partition("\n\n## ")
    assert check(kind, f"{before}## {heading}\n{nothing}{mark}{rest}")
