"""What the fake lakehouse bears: 200 kills, and fifty clients for a minute, without a loss."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.server import HOST, Server, serve
from tests.bench.rows import Row

CHURN = Path(__file__).parents[1] / "lakehouse" / "churn.py"
KILLS = 200
CLIENTS = 50
SECONDS = 60


def measure() -> list[Row]:
    """Seconds per kill (with the check after it), and per request of one of fifty clients."""
    with tempfile.TemporaryDirectory() as work:
        return [_kills(Path(work)), _clients(Path(work))]


def _kills(folder: Path) -> Row:
    started = time.perf_counter()
    words = [sys.executable, str(CHURN), str(folder / "killed"), str(KILLS), str(time.time_ns())]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return Row(f"{KILLS} kills: nothing lost", (time.perf_counter() - started) / KILLS)


def _clients(folder: Path) -> Row:
    with Lakehouse(folder / "crowd") as house, serve(house) as server:
        end = time.monotonic() + SECONDS
        with ThreadPoolExecutor(CLIENTS) as pool:
            made = list(pool.map(lambda number: _client(server, number, end), range(CLIENTS)))
        kept = set(house.catalog.namespaces("main")) - {"bauplan"}
    assert kept == {name for names in made for name in names}, "an update was lost"
    rounds = len(kept)
    name = f"{CLIENTS} clients for {SECONDS} s: {rounds} branches written and merged, none lost"
    return Row(name, SECONDS * CLIENTS / (rounds * 4))


def _client(server: Server, number: int, end: float) -> list[str]:
    """Branch, write, merge, drop, again and again; gives the namespaces that were acknowledged."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=SECONDS)
    made: list[str] = []
    while time.monotonic() < end:
        name = f"n{number}_{len(made)}"
        branch = f"demo.{name}"
        for method, path, body in (
            ("POST", "branches", {"branch_name": branch, "from_ref": "main"}),
            ("POST", f"branches/{branch}/namespaces", {"namespace_name": name}),
            ("POST", f"refs/{branch}/merge/main", {}),
            ("DELETE", f"branches/{branch}", {}),
        ):
            headers = {"Authorization": f"Bearer {server.lakehouse.key}"}
            connection.request(method, f"/catalog/v0/{path}", json.dumps(body), headers)
            response = connection.getresponse()
            said = response.read()
            assert response.status == 200, said
        made.append(name)
    connection.close()
    return made
