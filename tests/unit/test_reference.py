"""The reference of the command line: built by asking the program, shown, applied to documents."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline_guard.bauplan_cli import reference, reference_build
from self_heal.commands.reference import reference as command
from self_heal.errors import BadInput, CheckFailed, MissingProgram
from self_heal.places import plugin_root
from self_heal.reference import guide, helptext, store
from self_heal.reference.program import Program

BAUPLAN = str(Path(sys.executable).parent / "bauplan")
COMMITTED = plugin_root() / "schemas" / "cli"
REFERENCES = plugin_root() / "references"
GUIDE = REFERENCES / "cli.md"


@pytest.fixture(scope="module")
def installed() -> str:
    """The version of the program that is installed beside the tests."""
    with Program(BAUPLAN) as program:
        return program.version()


@pytest.fixture
def unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str) -> tuple[str, Path]:
    """A machine for which no reference was made: (the installed version, where one is kept)."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(reference, "_folder", lambda: str(tmp_path / "none"))
    monkeypatch.setattr(reference, "_loaded", {})
    return installed, Path(reference.cache_path(installed))


def self_heal(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_the_installed_program_is_what_its_reference_says(installed: str, tmp_path: Path):
    """Asked anew, from nothing, the program gives the committed document and page."""
    built, page = tmp_path / "built.json", tmp_path / "cli.md"
    result = self_heal("build", "--program", BAUPLAN, "--output", str(built), "--guide", str(page))
    assert result.exit_code == 0
    assert built.read_text("utf-8") == (COMMITTED / f"bauplan-{installed}.json").read_text("utf-8")
    assert page.read_text("utf-8") == GUIDE.read_text("utf-8")


def test_a_version_that_is_not_known_is_learned_on_the_spot(unknown: tuple[str, Path]):
    """As the guard does it: with what another version's reference says in the same words."""
    version, cached = unknown
    known = reference.load(version, BAUPLAN, seconds=60)
    assert known.version == version
    assert cached.read_text("utf-8") == (COMMITTED / f"bauplan-{version}.json").read_text("utf-8")


def test_a_build_that_takes_too_long_says_what_to_do_and_goes_on(unknown: tuple[str, Path]):
    """A hook must answer in time; the next one finds the reference."""
    version, cached = unknown
    with pytest.raises(reference.ReferenceMissingError, match="self-heal reference build"):
        reference.load(version, BAUPLAN, seconds=0)
    reference_build.unfinished.pop().communicate()
    assert cached.is_file()
    assert reference.load(version, "/no/such/program").version == version


def test_a_cached_reference_is_used_and_a_damaged_one_is_not(unknown: tuple[str, Path]):
    version, cached = unknown
    cached.parent.mkdir(parents=True)
    cached.write_text('{"version": "0.3.5"', "utf-8")
    with pytest.raises(reference.ReferenceMissingError, match="self-heal reference build"):
        reference.load(version, "/no/such/program")
    cached.write_text((COMMITTED / f"bauplan-{version}.json").read_text("utf-8"), "utf-8")
    assert reference.load(version, "/no/such/program").command(("job", "ls")).path == ("job", "ls")


@pytest.mark.usefixtures("unknown")
def test_a_program_of_another_version_gives_no_reference(tmp_path: Path):
    """What PATH holds may have changed since the version was asked for."""
    impostor = tmp_path / "bauplan"
    impostor.write_text('#!/bin/sh\necho "not it"\n', "utf-8")
    impostor.chmod(0o755)
    with pytest.raises(reference.ReferenceMissingError, match="9\\.9\\.9"):
        reference.load("9.9.9", str(impostor))
    assert not Path(reference.cache_path("9.9.9")).exists()


def test_without_bauplan_the_answer_says_what_to_install():
    with pytest.raises(reference.ReferenceMissingError, match="pip install bauplan"):
        reference.load("")


@pytest.mark.parametrize("version", ["0.1.16", "0.2.0", "0.3.0", "0.3.5"])
def test_each_committed_reference_is_valid(version: str):
    document = json.loads((COMMITTED / f"bauplan-{version}.json").read_text("utf-8"))
    store.validate(document)
    assert document["version"] == version


def test_an_invalid_document_is_refused():
    with pytest.raises(BadInput, match="kind"):
        store.validate({"version": "1.0.0", "options": {}, "commands": {"": {
            "summary": "x", "positionals": [{"name": "A", "summary": "", "value": {
                "name": "A", "kind": "anything"}}]}}})  # fmt: skip


def test_a_form_of_help_that_is_not_known_is_an_error():
    with pytest.raises(BadInput, match="not known"):
        helptext.read("Do\n\nUsage: x\n\nOptions:\n      --many <A>...  Several at once\n")


def test_reads_what_other_versions_of_clap_print():
    """Bulleted values, aliases of a command, and help on the same line."""
    page = helptext.read(
        "Do\n\nUsage: x --to <TO> [FILES]...\n\nCommands:\n  ls   List [aliases: list, l]\n\n"
        "Arguments:\n  [FILES]...  Some\n\nOptions:\n  -t, --to <TO>\n          Where\n\n"
        "          Possible values:\n          - here: near\n          - far-away: not\n"
    )
    assert page.subcommands == {"ls": ("list", "l")}
    assert page.options[0].choices == ("here", "far-away")
    assert page.requires(page.options[0])
    assert page.positionals[0].repeatable


def test_the_page_for_the_model_is_the_one_of_the_installed_version(installed: str):
    assert GUIDE.read_text("utf-8") == guide.text(reference.load(installed))


def test_shows_one_command_and_those_below_a_group():
    assert "--status/-s not-started|running" in self_heal("show", "job", "ls").output
    assert self_heal("show", "branch create").output == self_heal("show", "branch", "create").output
    assert self_heal("show", "job").output.count("\n  bauplan job ") == 4
    shown = json.loads(self_heal("show", "--json", "--version", "0.1.16", "run").output)
    assert shown["run"]["options"]["strict"]["value"]["choices"] == ["on", "off"]


@pytest.mark.parametrize("page", ["pinning", "expectations", "reports", "worked-example"])
def test_the_skills_pages_are_shown_where_a_runtime_does_not_say_where_they_lie(page: str):
    assert self_heal("show", page).output == (REFERENCES / f"{page}.md").read_text("utf-8")


def test_show_says_what_is_not_there():
    assert isinstance(self_heal("show", "merge").exception, BadInput)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text(
        "Run `bauplan job get <job_id>`, then `bauplan job logs --id <job_id>`.\n"
        "❌ `bauplan query -o json`\n\n"
        "```bash\n"
        '$ ./.venv/bin/bauplan query --ref <ref> --max-rows <n> "\n'
        "    SELECT 1; -- bauplan nothing\n"
        '" && bauplan run --strict on | tee log  # bauplan comment\n'
        "bauplan branch create … --from-ref main@<hash>\n"
        "pip install bauplan\n"
        "```\n\n"
        "| step | does |\n| --- | --- |\n| `bauplan merge` | `bauplan table` |\n",
        "utf-8",
    )
    return path


def test_lint_names_file_line_and_the_right_command(document: Path):
    result = self_heal("lint", "--version", "0.3.5", "--json", str(document))
    assert isinstance(result.exception, CheckFailed)
    found = json.loads(result.output)
    assert [(wrong["line"], wrong["instead"]) for wrong in found] == [
        (1, "bauplan job logs <job_id>"),
        (5, "bauplan run"),
        (14, "bauplan branch merge --help"),
    ]


def test_lint_follows_the_version(document: Path):
    result = self_heal("lint", "--version", "0.1.16", str(document))
    assert "--strict" not in result.output
    assert "2 commands are not those of bauplan 0.1.16" in str(result.exception)


def test_every_document_of_this_project_passes_lint(installed: str):
    root = plugin_root()
    pages = ["README.md", "SKILL.md", "references/*.md", "docs/**/*.md"]
    files = [str(path) for page in pages for path in sorted(root.glob(page))]
    assert self_heal("lint", "--version", installed, *files).output == ""


def test_lint_of_what_is_no_text_is_one_clear_error(tmp_path: Path):
    path = tmp_path / "picture.md"
    path.write_bytes(b"\xff\xfe\x00")
    assert isinstance(self_heal("lint", str(path)).exception, BadInput)


def test_a_program_that_is_no_bauplan_is_refused_before_anything_is_written(tmp_path: Path):
    result = self_heal("build", "--program", "/bin/true", "--output", str(tmp_path / "x.json"))
    assert isinstance(result.exception, MissingProgram)
    assert list(tmp_path.iterdir()) == []
