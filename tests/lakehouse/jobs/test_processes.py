"""The processes of models: each its own, nothing shared, nothing left, whatever user code does."""

from __future__ import annotations

import os
import select

import pytest


def test_a_model_that_ends_its_process_fails_alone(run, text) -> None:
    """By its own hand, by a signal, or with the process that forked it: the next run is fine."""
    endings = {
        "os._exit(3)": "the process of the model ended with exit code 3",
        "os.kill(os.getpid(), 9)": "the process of the model ended with signal 9",
    }
    for ending, said in endings.items():
        source = text.HEAD + text.model("gone", body=f"import os\n{ending}\nreturn data")
        assert said in run({"models.py": source}).job.error
    assert run({"models.py": text.HEAD + text.model("fine")}).job.status == "COMPLETE"


def test_a_killed_host_is_started_again(run, text) -> None:
    body = "import os\nos.kill(os.getppid(), 9)\nos.kill(os.getpid(), 9)"
    ended = run({"models.py": text.HEAD + text.model("rude", body=body)})
    assert "the process of the model ended with" in ended.job.error
    assert run({"models.py": text.HEAD + text.model("fine")}).job.status == "COMPLETE"


def test_models_share_neither_modules_nor_environment_nor_folder(run, text) -> None:
    first = "import os, sys\nos.environ['X'] = '1'\nos.chdir('/')\nsys.leaked = 1\nreturn data"
    second = (
        "import os, sys\nprint(os.environ.get('X'), hasattr(sys, 'leaked'))\n"
        "print(os.getcwd() == os.environ['HOME'] == os.path.dirname(os.path.abspath(__file__)))\n"
        "print([name for name in os.environ if 'MALLOC' in name or 'OPENBLAS' in name])\n"
        "return data"
    )
    models = text.model("first", body=first) + text.model("second", "first", second)
    ran = run({"models.py": text.HEAD + models})
    assert ran.printed() == ["None False", "True", "[]"], ran.job.error


def test_models_draw_different_random_numbers(run, text) -> None:
    body = "import random, numpy\nprint(random.random(), numpy.random.rand())\nreturn data"
    models = text.model("one", body=body) + text.model("two", body=body)
    one, two = (line.split() for line in run({"models.py": text.HEAD + models}).printed())
    assert one[0] != two[0]
    assert one[1] != two[1]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits on Linux pidfds")
def test_what_a_model_starts_ends_with_it_and_threads_are_waited_for(run, text) -> None:
    body = (
        "import subprocess, threading\n"
        "print(subprocess.Popen(['sleep', '600']).pid)\n"
        "threading.Timer(0.2, lambda: print('late')).start()\n"
        "return data"
    )
    pid, late = run({"models.py": text.HEAD + text.model("parent", body=body)}).printed()
    assert late == "late"
    assert ended(int(pid))


def ended(pid: int) -> bool:
    """Whether a process that is not our child ends soon, if it has not already."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


def test_what_is_printed_at_the_end_is_kept(run, text) -> None:
    body = "import atexit\natexit.register(print, 'bye')\nprint('half', end='')\nreturn data"
    assert run({"models.py": text.HEAD + text.model("polite", body=body)}).printed() == ["halfbye"]
