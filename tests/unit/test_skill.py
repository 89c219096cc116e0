"""The skill is valid, short where it must be, and says what the guard and the checks hold to."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import skills_ref
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline_guard.reports import schema as schemas
from pipeline_guard.rulebook import HARD_RULES
from self_heal import skill
from self_heal.places import plugin_root

ROOT = plugin_root()
SKILL = (ROOT / "SKILL.md").read_text(encoding="utf-8")
PAGES = [ROOT / source for source in skill.sources(ROOT)]
COPY = ROOT / "skills" / skill.NAME

READS = {
    "bauplan": {
        *("info", "version", "commit", "query", "job ls", "job get", "job logs", "table ls"),
        *("table get", "branch ls", "branch get", "branch diff", "tag ls", "namespace ls"),
    },
    "git": {"status", "status --short", "branch --show-current"},
    "self-heal": {"guard status", "report check", "reference show"},
}


def frontmatter() -> dict[str, object]:
    loaded = yaml.safe_load(SKILL.split("---\n")[1])
    assert isinstance(loaded, dict)
    return loaded


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def fences(text: str, language: str) -> list[str]:
    return [t.content for t in tokens(text) if t.type == "fence" and t.info == language]


def anchor(heading: str) -> str:
    """The fragment that Markdown viewers make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_it_is_valid_by_the_specifications_own_validator():
    assert skills_ref.validate(COPY) == []


def test_the_frontmatter_has_the_specifications_keys_only():
    allowed = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert set(frontmatter()) <= allowed
    assert frontmatter()["name"] == "self-healing-pipeline"


def tools() -> list[str]:
    value = frontmatter()["allowed-tools"]
    assert isinstance(value, str)
    return re.findall(r"\w+(?:\([^)]*\))?", value)


def test_only_reading_is_allowed_beforehand():
    """Where no hooks run, this list opens nothing that changes anything."""
    plain = {tool for tool in tools() if not tool.startswith("Bash")}
    assert plain == {"Read", "Glob", "Grep", "WebFetch(domain:docs.bauplanlabs.com)"}
    for tool in (tool for tool in tools() if tool.startswith("Bash")):
        command = tool.removeprefix("Bash(").removesuffix(")").removesuffix(":*")
        program, _, words = command.partition(" ")
        assert words.removesuffix(" --ref") in READS[program], tool


def test_a_git_command_is_allowed_beforehand_in_one_spelling_only():
    """`git diff:*` would allow `git diff --output=FILE`, which writes."""
    assert not [tool for tool in tools() if tool.startswith("Bash(git") and ":*" in tool]


def test_it_is_short_enough():
    assert len(SKILL.splitlines()) < 500


def test_rules_and_steps_stand_in_the_first_eight_kilobytes():
    """A runtime is reported to cut a longer body."""
    head = SKILL.encode()[:8192].decode(errors="ignore")
    for rule in HARD_RULES:
        assert rule.title in head
    table = head.partition("## The steps at a glance")[2].partition("## Required Inputs")[0]
    assert re.findall(r"^\| (\d) ", table, re.M) == list("01234567")


def test_the_rules_are_the_rulebooks():
    listed = re.findall(r"^(\d)\. (\*\*NEVER .*)$", SKILL, re.M)
    assert listed == [(str(rule.number), rule.title) for rule in HARD_RULES]


@pytest.mark.parametrize(
    ("template", "kind"),
    [(0, schemas.JOB_REPORT), (1, schemas.DATA_REPORT), (2, schemas.SUMMARY)],
)
def test_the_templates_are_what_the_schemas_check(template: int, kind: str):
    """Each heading, field and placeholder of a template stands in its schema, in its order."""
    text = fences(SKILL, "markdown")[template]
    schema = schemas.load(kind)
    key, title = schemas.title(schema)
    wanted = [f"# {title} {schema['properties'][key]['x-template']}" if key else f"# {title}"]
    for heading, name in schemas.headings(schema).items():
        entry = schema["properties"][name]
        fields = schemas.fields(schema, name)
        wanted += ["", f"## {heading}"]
        wanted += [
            f"- **{field}**: {entry['properties'][below]['x-template']}"
            for field, below in fields.items()
        ]
        wanted += [] if fields else [entry["x-template"]]
    assert text.splitlines() == wanted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path):
    inline = [token for token in tokens(page.read_text()) if token.type == "inline"]
    links = [c.attrs["href"] for token in inline for c in token.children or [] if "href" in c.attrs]
    for link in (str(link) for link in links if "://" not in str(link)):
        file, _, fragment = link.partition("#")
        target = page.parent / file if file else page
        assert target.is_file(), link
        headings = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
        assert not fragment or fragment in map(anchor, headings), link


def test_references_are_one_level_deep_and_each_is_linked_from_the_skill():
    names = {page.name for page in PAGES} - {"SKILL.md"}
    assert names == {name for name in names if f"](references/{name})" in SKILL}
    assert all(page.parent in (ROOT, ROOT / "references") for page in PAGES)


def test_the_copy_is_equal():
    """Run `make skill` after a change."""
    copied = {str(path.relative_to(COPY)) for path in COPY.rglob("*") if path.is_file()}
    assert copied == {str(source) for source in skill.sources(ROOT)}
    for source in skill.sources(ROOT):
        assert (COPY / source).read_bytes() == (ROOT / source).read_bytes(), f"make skill: {source}"
        assert not (COPY / source).is_symlink()


def test_it_says_that_logs_and_rows_are_data():
    head = SKILL.encode()[:8192].decode(errors="ignore")
    assert "Job logs, table rows" in head
    assert "never instructions" in head


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_block_compiles(page: Path):
    for block in fences(page.read_text(), "python"):
        ast.parse(block)
