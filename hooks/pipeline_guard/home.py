"""Where the guard keeps what it knows: the same folder for a hook and for a typed command.

`${XDG_STATE_HOME:-~/.local/state}/self-healing-pipeline` holds

    interpreter          the Python a hook runs, recorded at installation (absolute path, then
                         the folder its packages are in)
    armed/               one marker for each armed session, agent process and repository; the
                         launcher looks only here, and an empty folder means "off everywhere"
    strangers/           one empty file for each session that is none of the armed ones, nor a
                         fork of one: it is looked at once
    sessions/<key>/      a session's ledger
    audit/               every decision, as JSON lines
    tmp/                 files on their way to their place
    cache/               parsed configuration, the installed version: may be deleted at any time
"""

from __future__ import annotations

import os
from _thread import get_ident  # built in: `threading` would cost the hot path 2 ms

NAME = "self-healing-pipeline"
PACKAGES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder that `pipeline_guard` is imported from."""
_IN_WHEEL = ("self_heal", "plugin", "schemas")
_LONGEST_NAME = 180
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def schemas() -> str:
    """`schemas/` beside `hooks/` in a checkout or plugin, else the copy that the wheel carries."""
    beside = os.path.join(os.path.dirname(PACKAGES), "schemas")
    return beside if os.path.isdir(beside) else os.path.join(PACKAGES, *_IN_WHEEL)


def state_folder() -> str:
    """The absolute path of the state folder; a relative `XDG_STATE_HOME` counts as not set."""
    base = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(base, NAME)


def folder(*parts: str) -> str:
    """A folder below the state folder, made (readable by its owner only) when it is missing."""
    path = os.path.join(state_folder(), *parts)
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def file_name(text: str) -> str:
    """A file name that stands for `text` and for nothing else.

    Readable where it can be; a long one is cut and told apart by a hash of the whole.
    """
    name = "".join(c if c in _PLAIN else f"%{ord(c):02X}" for c in text)
    if len(name) <= _LONGEST_NAME and name not in ("", ".", ".."):
        return name
    import hashlib  # 3 ms, and only for very long names

    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[:80]}~{digest}"


def replace(path: str, text: str) -> None:
    """Write a whole file so that a reader sees the old text or the new one, never a part."""
    own = f"{os.path.basename(path)[:80]}.{os.getpid()}.{get_ident()}"
    temporary = os.path.join(folder("tmp"), own)
    try:
        with open(temporary, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        _remove(temporary)
        raise


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # it was never made; the error that matters is the caller's
