"""Runs the public client's own Python tests against the fake, and says what came of each.

`python -m tests.conformance CHECKOUT [--write]`, where CHECKOUT is a clone of the repository
`BauplanLabs/bauplan`. The SDK version that the tests were written for is put under build/. Exits 1
when a test fails for a reason that is not known here; `--write` writes `docs/conformance.md`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from fake_bauplan import client_tests
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import serve

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "conformance.md"
SDK = "0.2.0"
WORDS = ("-c", os.devnull, "--rootdir", ".", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
PACKAGES = (f"bauplan=={SDK}", "griffe")
# Why a test does not pass: what it needs that no stand-in can give.
WHY = {
    "test_create_external_table_from_parquet": "vendor data: it counts the 134,344,870 rows of the "
    "vendor's own files; tests/lakehouse/jobs/test_imports.py shows the same on small ones",
    "test_create_external_table_from_metadata": "not implemented: registering Iceberg metadata, "
    "here a file of the vendor's, answers 501",
}
HEAD = f"""# Conformance with the client's own tests

Written by `python -m tests.conformance CHECKOUT --write`, where CHECKOUT is a clone of the public
repository `BauplanLabs/bauplan` (commit `{{commit}}`). Its Python tests ran unchanged, with the SDK
that they were written for, {SDK}, against the fake lakehouse, loaded with generated stand-ins for
the vendor's tables (`self-heal lakehouse load client-tests`). What its command-line tests show is
rewritten in `tests/lakehouse/jobs/test_client_cli.py`.
"""


class Result(NamedTuple):
    """One test; `outcome` is passed, failed or skipped, `said` its first line about that."""

    file: str
    name: str
    outcome: str
    said: str = ""


def main() -> int:
    """Run, compare, print or write."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    results = run(asked.checkout.resolve(), sdk())
    text = document(results, commit(asked.checkout))
    if asked.write:
        DOCUMENT.write_text(text)
    print(text, end="")
    return int(any(result.outcome == "failed" and result.name not in WHY for result in results))


def sdk() -> Path:
    """A folder with the SDK of the tests and what they import."""
    folder = ROOT / "build" / f"conformance-{SDK}"
    if not folder.is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*pip, str(folder), *PACKAGES, "griffelib"], check=True)
    return folder


def run(checkout: Path, packages: Path) -> list[Result]:
    """Every test of `python/tests`, in its own order, on a lakehouse made for it."""
    with tempfile.TemporaryDirectory() as work:
        report = Path(work) / "report.xml"
        with Lakehouse(Path(work) / "lake") as house, serve(house) as server:
            client_tests.load(house)
            subprocess.run(
                [sys.executable, "-m", "pytest", *WORDS, f"--junit-xml={report}", "python/tests"],
                cwd=checkout,
                env={
                    "PATH": f"{packages / 'bin'}{os.pathsep}{os.environ['PATH']}",
                    "PYTHONPATH": str(packages),
                    "HOME": work,
                    "BAUPLAN_API_ENDPOINT": server.endpoint,
                    "BAUPLAN_API_KEY": house.key,
                },
                stdout=sys.stderr,
                check=False,
            )
        return [_result(case) for case in ET.parse(report).iter("testcase")]


def _result(case: ET.Element) -> Result:
    parts = case.get("classname", "").split(".")
    file = next(f"{part}.py" for part in parts if part.startswith("test_"))
    for outcome, tags in (("failed", ("failure", "error")), ("skipped", ("skipped",))):
        found = next((part for tag in tags for part in case.findall(tag)), None)
        if found is not None:
            said = (found.get("message") or "").strip().splitlines()
            return Result(file, case.get("name", ""), outcome, said[0] if said else "")
    return Result(file, case.get("name", ""), "passed")


def commit(checkout: Path) -> str:
    """The commit that is checked out."""
    words = ["git", "-C", str(checkout), "rev-parse", "--short=12", "HEAD"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def document(results: list[Result], at: str) -> str:
    """The whole of `docs/conformance.md`."""
    total = Counter(result.outcome for result in results)
    lines = [
        HEAD.format(commit=at),
        "| file | passed | failed | skipped |",
        "| --- | --- | --- | --- |",
    ]
    for file in sorted({result.file for result in results}):
        found = Counter(result.outcome for result in results if result.file == file)
        lines.append(f"| `{file}` | {found['passed']} | {found['failed']} | {found['skipped']} |")
    lines.append(f"| **all** | **{total['passed']}** | {total['failed']} | {total['skipped']} |")
    others = [result for result in results if result.outcome != "passed"]
    if others:
        lines += ["", "## Why not", "", "| test | outcome | why |", "| --- | --- | --- |"]
    for result in others:
        why = WHY.get(result.name) or (result.said if result.outcome == "skipped" else "not known")
        lines.append(f"| `{result.file}`: `{result.name}` | {result.outcome} | {why} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
