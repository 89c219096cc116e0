"""What the client's own command-line tests show, told in our words: with the program of their time.

They are Rust and read the vendor's tables; here are the same calls and texts on a small table.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest

from fake_bauplan.server import serve
from tests.programs import program_of

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def old(lakehouse, tmp_path) -> Iterator[Run]:
    """Runs `bauplan` 0.2.0: strict is asked for there, and models declare `columns`."""
    program = program_of("0.2.0")
    with serve(lakehouse) as server:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "NO_COLOR": "1",
            "BAUPLAN_API_ENDPOINT": server.endpoint,
            "BAUPLAN_API_KEY": lakehouse.key,
        }

        def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [program, *words],
                env={**environment, **more},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )

        yield run


@pytest.fixture
def ran(old, tmp_path, text) -> Run:
    """Runs a project from its files, dry, without the cache."""

    def run(files: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        folder = str(text.write(tmp_path / "project", files))
        return old("run", "--dry-run", "--no-cache", "--project-dir", folder, *words)

    return run


def checked(body: str) -> dict[str, str]:
    """A project of one expectation, in the style of SDK 0.2."""
    head = "import bauplan\n\n@bauplan.expectation()\ndef test_it(data=bauplan.Model('trips')):\n"
    return {"expectations.py": f"{head}    {body}\n"}


@pytest.mark.parametrize(
    ("body", "words", "code", "says"),
    [
        ("return False", (), 0, "expectation returned false"),
        ("return False", ("--strict",), 1, "expectation returned false"),
        ("assert False", (), 0, "assert False"),
        ("assert False", ("--strict",), 1, "assert False"),
        ("return 1", (), 1, "expectation returned unsupported type"),
    ],
)
def test_expectations(ran, body, words, code, says) -> None:
    done = ran(checked(body), *words)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_a_package_that_does_not_exist(ran, text) -> None:
    source = (
        f"import bauplan\n@bauplan.model()\n@bauplan.python('{text.VERSION}', "
        "pip={'pppandas': '2.1.0'})\ndef a(data=bauplan.Model('trips')):\n    return data\n"
    )
    done = ran({"models.py": source})
    assert done.returncode == 1
    assert "pppandas was not found in the package registry" in done.stderr


def test_an_environment_that_cannot_be_built_is_the_platforms_fault(ran) -> None:
    done = ran(checked("return True"), "--arg", "executor.pip-install-error=true")
    assert done.returncode == 1
    assert "an internal error occurred" in done.stderr


def test_a_model_with_many_parents_gets_each_in_its_place(ran) -> None:
    """Two SQL models, joined by Python ones at three levels, declared in another order."""
    source = (
        "import bauplan, pyarrow as pa\n"
        "@bauplan.model(columns=['d'])\n"
        "def d(b=bauplan.Model('b', columns=['v']), c=bauplan.Model('c', columns=['v']),\n"
        "      a=bauplan.Model('a', columns=['v'])):\n"
        "    said = [*a['v'].to_pylist(), *b['v'].to_pylist(), *c['v'].to_pylist()]\n"
        "    print(','.join(said))\n    return pa.table({'d': said})\n"
        "@bauplan.model(columns=['v'])\n"
        "def c(b=bauplan.Model('b'), a=bauplan.Model('a')):\n"
        "    return pa.concat_tables([b, a])\n"
    )
    done = ran({"models.py": source, "a.sql": "SELECT 'x' AS v", "b.sql": "SELECT 'y' AS v"})
    assert done.returncode == 0, done.stderr
    assert "x,y,y,x" in done.stderr


PARAMETERS = """project:
  id: 5b0c2f6e-7d0a-4c54-9c1e-3f6a2d1b8e70
  name: parameters
parameters:
  least: {default: 2, type: int}
  ratio: {default: 1.5, type: float}
  forest: {default: true, type: bool}
  day: {default: "2023-01-03", type: str}
"""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "1.5 True 2023-01-03 3"),
        (
            ("-a", "least=4", "-a", "ratio=4.2", "-a", "forest=false", "-a", "day=x"),
            "4.2 False x 1",
        ),
    ],
)
def test_parameters_have_defaults_and_types(ran, words, says) -> None:
    source = (
        "import bauplan\n@bauplan.model()\n"
        "def a(data=bauplan.Model('trips', columns=['id'], filter='id >= $least'),\n"
        "      ratio=bauplan.Parameter('ratio'), forest=bauplan.Parameter('forest'),\n"
        "      day=bauplan.Parameter('day')):\n"
        "    print(ratio, forest, day, data.num_rows)\n    return data\n"
    )
    words = tuple("--param" if word == "-a" else word for word in words)
    done = ran({"models.py": source, "bauplan_project.yml": PARAMETERS}, *words)
    assert done.returncode == 0, done.stderr
    assert says in done.stderr


def test_a_table_partitioned_by_a_part_of_a_date(old, tmp_path, text, lakehouse) -> None:
    source = (
        "import bauplan, pyarrow as pa, datetime\n"
        "@bauplan.model(materialization_strategy='REPLACE', partitioned_by=['YEAR(day)'])\n"
        "def days(data=bauplan.Model('trips')):\n"
        "    return pa.table({'day': [datetime.date(2023, 1, 1), datetime.date(2024, 1, 1)]})\n"
    )
    folder = str(text.write(tmp_path / "project", {"models.py": source}))
    done = old("run", "--ref", "demo.dev", "--no-cache", "-p", folder)
    assert done.returncode == 0, done.stderr
    table = lakehouse.catalog.table("demo.dev", "bauplan.days")
    assert [(part.name, part.transform) for part in table.partitions] == [("day", "year")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("branch", "create", "demo.dev"), "already exists"),
        (("branch", "rm", "demo.gone"), "BRANCH_NOT_FOUND"),
        (("branch", "rm", "demo.gone", "--if-exists"), "does not exist"),
        (("branch", "rm", "demo.dev"), 'Deleted branch "demo.dev"'),
        (("table", "rm", "gone", "--branch", "demo.dev"), "TABLE_NOT_FOUND"),
        (("table", "rm", "gone", "--branch", "demo.dev", "--if-exists"), "does not exist"),
        (("table", "rm", "trips", "--branch", "demo.dev"), "Deleted table"),
    ],
)
def test_branches_and_tables(old, words, says) -> None:
    assert says in old(*words).stderr


def test_a_wrong_key_is_named_as_such(old) -> None:
    said = old("branch", "ls", BAUPLAN_API_KEY="wrong").stderr
    assert "UNAUTHORIZED" in said
    assert "Failed to parse" not in said
