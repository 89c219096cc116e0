"""Kills a busy lakehouse with `kill -9` again and again, and looks at what is left.

`python churn.py FOLDER ROUNDS SEED`: in each round a process imports tables, runs transactions and
merges, and acknowledges every change on a pipe; it is killed after a random number of acknowledged
changes, in the middle of the next one. Then another process opens the folder: every acknowledged
change must be there, every table of every branch must be readable. Exits 1 when one is not.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from fake_bauplan.errors import MergeConflict, RefExists
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.refs import MAIN

BRANCHES = (MAIN, "demo.a", "demo.b")
LONGEST = 8
MOST_ROWS = 50_000
Acked = dict[str, str]


def churn(folder: Path, chance: random.Random, acks: int) -> None:
    """Change the lakehouse without end; one line `<branch> <head>` for each change that is done."""
    with Lakehouse(folder) as house:
        for branch in BRANCHES[1:]:
            try:
                house.catalog.create_branch(branch, MAIN)
            except RefExists:
                continue
        while True:
            branch = chance.choice(BRANCHES)
            try:
                head = chance.choice((import_table, merge, run))(house, branch, chance)
            except MergeConflict:
                continue
            os.write(acks, f"{branch} {head}\n".encode())


def import_table(house: Lakehouse, branch: str, chance: random.Random) -> str:
    """Write one table with a random content; gives the new head."""
    rows = chance.randint(1, MOST_ROWS)
    content = pa.py_buffer(chance.randbytes(8 * rows))
    values = pa.Array.from_buffers(pa.int64(), rows, [None, content])
    name = f"t{chance.randint(0, 5)}"
    return house.load_table("shop", name, pa.table({"x": values}), branch).hash


def merge(house: Lakehouse, branch: str, chance: random.Random) -> str:
    """Merge a random other branch."""
    return house.catalog.merge(chance.choice(BRANCHES), branch, author=house.owner).hash


def run(house: Lakehouse, branch: str, chance: random.Random) -> str:
    """As a transactional run: two tables on a transaction branch, merged in one step."""
    name = f"demo.x-bpln-tx-{house.ids.uuid('job')}"
    house.catalog.create_branch(name, branch)
    for _ in range(2):
        import_table(house, name, chance)
    return house.catalog.merge(name, branch, author=house.owner, delete_source=True).hash


def check(folder: Path, acked: Acked) -> None:
    """Raises unless all that was acknowledged is there and all that is there is whole."""
    with Lakehouse(folder) as house:
        for branch, head in acked.items():
            house.catalog.resolve(f"{branch}@{head}")
        branches = house.catalog.names("BRANCH").items
        tables = [table for ref in branches for table in house.catalog.tables(ref.name)]
        for table in {table.snapshot_id: table for table in tables}.values():
            assert house.store.read(table.files, table.schema).num_rows == table.rows


def forked(work: Callable[[], None]) -> int:
    """Do work in a process of its own; gives its id. The process fails when the work raises."""
    if process := os.fork():
        return process
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def one_round(folder: Path, chance: random.Random, acked: Acked) -> int:
    """Churn and kill, once; gives how many changes were acknowledged."""
    ours, theirs = os.pipe()
    seed, wanted = chance.random(), chance.randint(0, LONGEST)
    process = forked(lambda: churn(folder, random.Random(seed), theirs))
    os.close(theirs)
    lines = []
    with os.fdopen(ours) as acks:
        for _ in range(wanted):
            lines.append(acks.readline())
        os.kill(process, signal.SIGKILL)
        lines += acks.readlines()
    _, status = os.waitpid(process, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, "the lakehouse failed before it was killed"
    whole = [line.split() for line in lines if line.endswith("\n")]
    acked.update(dict(whole))
    return len(lines)


def main(folder: Path, rounds: int, seed: int) -> None:
    """All rounds; prints what came of them."""
    chance, acked, total = random.Random(seed), Acked(), 0
    for number in range(1, rounds + 1):
        total += one_round(folder, chance, acked)
        _, status = os.waitpid(forked(lambda: check(folder, acked)), 0)
        if status:
            sys.exit(f"round {number} of seed {seed}: an acknowledged change is lost or half there")
    print(f"{rounds} kills, {total} acknowledged changes, none lost")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
