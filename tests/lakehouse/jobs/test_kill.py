"""What is left when the lakehouse is killed in mid-run: nothing that runs, nothing lost."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from fake_bauplan.commander import Commander
from fake_bauplan.jobs import Filter
from fake_bauplan.lakehouse import Lakehouse

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits on Linux pidfds")

SERVE = "import sys; from self_heal.cli import main; sys.argv[0] = 'self-heal'; main()"


@pytest.fixture
def served(tmp_path, text, lakehouse):
    """A lakehouse in its own process, with a run whose second model sleeps; gives its pids."""
    folder, project = lakehouse.folder, tmp_path / "p"
    lakehouse.close()
    body = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\nreturn data"
    models = text.model("first", options=text.REPLACE) + text.model("second", "first", body)
    text.write(project, {"models.py": text.HEAD + models})
    with ExitStack() as started:
        server = started.enter_context(
            background(
                [sys.executable, "-c", SERVE, "lakehouse", "serve", "--data", folder, "--empty"],
                stdout=subprocess.PIPE,
            )
        )
        exports = dict(server.stdout.readline().split()[1].split("=", 1) for _ in range(2))
        program = Path(sys.executable).with_name("bauplan")
        client = started.enter_context(
            background(
                [program, "run", "-p", project, "-r", "demo.dev"],
                env={**exports, "PATH": os.environ["PATH"], "HOME": tmp_path, "NO_COLOR": "1"},
                stderr=subprocess.PIPE,
            )
        )
        said = next(line for line in client.stderr if "second: @" in line)
        yield server, int(said.rpartition("|")[2]), folder


@contextmanager
def background(words, **options):
    """A process that is gone after the block, however the block ends."""
    with subprocess.Popen(words, text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(pid: int, within: float) -> bool:
    """Whether a process that is not our child ends in time."""
    handle = os.pidfd_open(pid)
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_stopped_lakehouse_leaves_no_model_running(served, how) -> None:
    server, model, _ = served
    server.send_signal(how)
    assert ended(model, within=20)
    server.wait()


def test_after_a_kill_the_job_has_failed_and_its_writes_are_kept(served) -> None:
    server, _, folder = served
    server.kill()
    server.wait()
    with Lakehouse(folder) as again:
        commander = Commander(again)
        job = commander.jobs.page(Filter(), 1)[0][0]
        assert (job.status, job.error) == ("FAIL", "the lakehouse was stopped while the job ran")
        assert again.catalog.table(job.transaction_branch, "bauplan.first").rows == 4
        assert [table.name for table in again.catalog.tables("demo.dev")] == ["trips"]
        commander.close()
