"""Runs the real agent programs under the guard: `python -m tests.runtimes [--latest] [NAME…]`.

Without `--latest` the pinned versions run, and the table in docs/runtimes.md is written anew. With
it the newest published ones run, and what differs from the table is printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.runtimes import programs, table
from tests.runtimes.programs import NotInstalled, Program
from tests.runtimes.session import observe


def main() -> int:
    """Exit code 1 when a case is not as it has to be, or a program cannot be had."""
    options = _options()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda name: _had(name, latest=options.latest), options.names))
        ready = [
            route for program in found if isinstance(program, Program) for route in program.routes()
        ]
        results = {p.title: o for p, o in zip(ready, pool.map(_observed, ready), strict=True)}
    print(table.rendered(results))
    bad = [f"{title}: {fault}" for title, held in results.items() for fault in table.faults(held)]
    bad += [reason for reason in found if isinstance(reason, str)]
    if options.latest:
        different = table.differences(results, table.known())
        print("\n".join(different) or "Nothing differs from the table.")
    else:
        table.save({**table.known(), **results})
    print("\n".join(bad), file=sys.stderr)
    return bool(bad)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.runtimes", description=__doc__)
    parser.add_argument("--latest", action="store_true", help="the newest published versions")
    parser.add_argument("names", nargs="*", default=programs.NAMES, metavar="NAME")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(programs.NAMES))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join(programs.NAMES)}")
    return options


def _had(name: str, *, latest: bool) -> Program | str:
    """The installed program, or why there is none."""
    try:
        return programs.install_latest(name) if latest else programs.install(name)
    except NotInstalled as error:
        return f"{name}: {error}"


def _observed(program: Program) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="runtimes-") as folder:
        seen = observe(program, Path(folder))
    if seen.errors or table.faults(seen.cases):
        print(f"--- {program.title}\n{seen.errors}\n{seen.printed}", file=sys.stderr)
    return dict(seen.cases)


if __name__ == "__main__":
    sys.exit(main())
