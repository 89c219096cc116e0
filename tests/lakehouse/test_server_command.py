"""`self-heal lakehouse` as a person meets it: what it prints, how it ends, what goes wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `self-heal lakehouse …` with a home of its own; what still runs is killed."""
    started = []

    def run(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [SCRIPTS / "self-heal", "lakehouse", *words],
            env={**os.environ, "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def exports(process: subprocess.Popen[str]) -> dict[str, str]:
    """The two variables that `serve` prints when it is ready."""
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(2)]
    found = [re.fullmatch(r"export (\w+)=(\S+)\n", line) for line in lines]
    assert all(found), lines
    return {match[1]: match[2] for match in found if match}


def bauplan(environment: dict[str, str], home: Path, *words: str) -> str:
    done = subprocess.run(
        [SCRIPTS / "bauplan", *words],
        env={**os.environ, **environment, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_serve_is_ready_when_it_says_so_and_ends_on_ctrl_c(start: Start, tmp_path: Path) -> None:
    process = start("serve", "--data", str(tmp_path / "data"))
    environment = exports(process)
    assert set(environment) == {"BAUPLAN_API_ENDPOINT", "BAUPLAN_API_KEY"}
    assert "demo" in bauplan(environment, tmp_path, "info")
    assert "flights" in bauplan(environment, tmp_path, "table", "ls", "--namespace", "nyc")
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_serve_keeps_what_was_done_for_the_next_time(start: Start, tmp_path: Path) -> None:
    words = ("serve", "--data", str(tmp_path / "data"), "--empty")
    first = start(*words)
    bauplan(exports(first), tmp_path, "branch", "create", "demo.kept")
    first.send_signal(signal.SIGTERM)
    assert first.wait() == 0
    assert "demo.kept" in bauplan(exports(start(*words)), tmp_path, "branch", "ls")


def failed(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and the one line on standard error of a command that must fail."""
    out, err = process.communicate()
    assert out == ""
    assert err.count("\n") == 1, err
    return process.returncode, err


def test_a_port_in_use(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, said = failed(start("serve", "--data", str(tmp_path / "data"), "--port", port))
    assert (code, f"port {port} is in use" in said) == (6, True)


def test_a_folder_in_use(start: Start, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    exports(start("serve", "--data", data, "--empty"))
    for words in (("serve",), ("load", "nyc"), ("reset", "--yes")):
        code, said = failed(start(*words, "--data", data))
        assert (code, "in use by process" in said) == (5, True)


def test_a_damaged_folder_and_the_way_out(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    start("load", "nyc", "--data", str(data)).wait()
    (data / "catalog.sqlite").write_text("damaged" * 1000)
    code, said = failed(start("serve", "--data", str(data)))
    assert (code, "damaged" in said, "reset" in said) == (4, True, True)
    assert start("reset", "--data", str(data), "--yes").wait() == 0
    exports(start("serve", "--data", str(data), "--empty"))


@pytest.mark.parametrize("source", ["no-such-scenario", "missing.csv", "broken.parquet"])
def test_a_source_that_cannot_be_loaded(start: Start, tmp_path: Path, source: str) -> None:
    (tmp_path / "broken.parquet").write_text("broken")
    code, _ = failed(start("load", str(tmp_path / source), "--data", str(tmp_path / "data")))
    assert code == 4


def test_ones_own_file_becomes_a_table(start: Start, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,price\n1,2.5\n2,3.5\n")
    data = str(tmp_path / "data")
    words = ("--data", data, "--namespace", "shop")
    assert start("load", str(tmp_path / "orders.csv"), *words).wait() == 0
    environment = exports(start("serve", "--data", data))
    said = bauplan(environment, tmp_path, "table", "get", "shop.orders")
    assert re.search(r"price +double", said)


def test_with_seed_and_clock_two_lakehouses_are_the_same(start: Start, tmp_path: Path) -> None:
    words = ("--seed", "7", "--clock", "2026-01-31T12:00:00Z")
    said = []
    for name in ("one", "two"):
        environment = exports(start("serve", "--data", str(tmp_path / name), *words))
        history = bauplan(environment, tmp_path, "commit", "--format", "fuller")
        said.append((environment["BAUPLAN_API_KEY"], history))
    assert said[0] == said[1]
    assert "2026-01-31T12:00:00" in said[0][1]


def test_a_wrong_time_is_wrong_usage(start: Start, tmp_path: Path) -> None:
    process = start("serve", "--data", str(tmp_path / "data"), "--clock", "noon")
    assert process.wait() == 2


def test_a_fault_hits_the_call_that_it_names_as_often_as_asked(
    start: Start, tmp_path: Path
) -> None:
    words = ("--empty", "--fault", "GET */branches=error:503x1", "--fault", "QueryRun=errorx1")
    environment = exports(start("serve", "--data", str(tmp_path / "data"), *words))
    for command in (("branch", "ls"), ("query", "SELECT 1 AS one")):
        with pytest.raises(subprocess.CalledProcessError) as failure:
            bauplan(environment, tmp_path, *command)
        assert "failed by an injected fault" in failure.value.stderr
        assert bauplan(environment, tmp_path, *command)


def test_a_wrong_fault_is_wrong_usage(start: Start, tmp_path: Path) -> None:
    process = start("serve", "--data", str(tmp_path / "data"), "--fault", "QueryRun=explode")
    _, err = process.communicate()
    assert (process.returncode, "kinds: latency, error, drop, hang" in err) == (2, True)
