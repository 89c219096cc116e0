"""The hook process: one runtime event on standard input, the runtime's answer on its streams.

    python -m pipeline_guard [--runtime NAME] [--phase PHASE] [--active]

It never fails open. Whatever breaks ends with exit code 2 and one line on standard error, which
every runtime takes as a refusal; the alarm below ends a process that is too slow, and the
launcher turns that into the same.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` costs 5 ms more (enum)
import gc
import os
import sys

from pipeline_guard import lean, lean_re

SECONDS = {"before-tool": 8, "after-tool": 24}
LARGEST_EVENT = 16 * 1024 * 1024


def main() -> None:
    """Run one hook and end the process without the interpreter's slow teardown."""
    gc.disable()  # the process is too short for garbage, and classes by the thousand are made
    options = _options(sys.argv[1:])
    _set_alarm(SECONDS.get(options.get("phase", ""), 16))
    try:
        code = _answer(options)
    except BaseException as error:
        code = _refuse(error)
    os._exit(code)


def _answer(options: dict[str, str]) -> int:
    lean.install()
    lean_re.install()
    from pipeline_guard import hook

    answer = hook.run(_read_input(), options)
    _write(2, answer.stderr and answer.stderr.rstrip("\n") + "\n")
    _write(1, answer.stdout)
    lean_re.save()
    return answer.exit_code


def _options(words: list[str]) -> dict[str, str]:
    """`--name value` pairs; `--active` alone is a switch."""
    options = {"active": "yes"} if "--active" in words else {}
    words = [word for word in words if word != "--active"]
    return options | {n.lstrip("-"): v for n, v in zip(words[::2], words[1::2], strict=False)}


def _set_alarm(seconds: int) -> None:
    """Let the system end this process in time, even from within a library's C code."""
    _signal.signal(_signal.SIGALRM, _signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, [_signal.SIGALRM])
    _signal.setitimer(_signal.ITIMER_REAL, seconds)


def _read_input() -> bytes:
    """All of standard input, up to the largest event that is judged."""
    parts: list[bytes] = []
    size = 0
    while size <= LARGEST_EVENT and (part := os.read(0, 1 << 20)):
        parts.append(part)
        size += len(part)
    if size > LARGEST_EVENT:
        raise ValueError(f"the event is larger than {LARGEST_EVENT >> 20} MB")
    return b"".join(parts)


def _refuse(error: BaseException) -> int:
    """Exit code 2 with one line that says what broke and what to do."""
    from pipeline_guard.runtimes import refusal

    try:
        _write(2, refusal(error).stderr)
    except OSError:
        return 2  # nobody reads it any more; the code still refuses
    return 2


def _write(stream: int, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    while data:
        data = data[os.write(stream, data) :]


if __name__ == "__main__":
    main()
