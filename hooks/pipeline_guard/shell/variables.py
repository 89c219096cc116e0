"""Variables that mean something to the shell or to programs, beside what a command line says."""

from __future__ import annotations

import os
import re

from pipeline_guard.programs.unsure import Unsure

# bash(1) "Shell Variables", zsh's tied arrays, and the loaders'; a plain assignment to one of
# these changes how later words or programs are read.
_NAMES = frozenset(
    "_ CDPATH CHILD_MAX COLUMNS DIRSTACK EMACS ENV EPOCHREALTIME EPOCHSECONDS EUID EXECIGNORE "
    "FCEDIT FIGNORE FUNCNAME FUNCNEST GLOBIGNORE GROUPS HOME HOSTFILE HOSTNAME HOSTTYPE IFS "
    "IGNOREEOF INPUTRC LINENO LINES MACHTYPE MAPFILE OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH "
    "PIPESTATUS POSIXLY_CORRECT PPID PWD RANDOM READLINE_LINE REPLY SECONDS SHELL SHELLOPTS "
    "SHLVL SRANDOM TERM TIMEFORMAT TMOUT TMPDIR UID USER PS0 PS1 PS2 PS3 PS4 PAGER EDITOR "
    "VISUAL BROWSER NULLCMD READNULLCMD ARGV0 path cdpath fpath manpath mailpath module_path "
    "fignore psvar watch argv status pipestatus prompt commands aliases functions builtins "
    "options parameters history histchars auto_resume KEYTIMEOUT WORDCHARS ZDOTDIR".split()
)
_PREFIXES = (
    "BASH",
    "COMP_",
    "DYLD_",
    "GIT_",
    "HIST",
    "JQ_",
    "LD_",
    "LESS",
    "MAIL",
    "PROMPT",
    "PYTHON",
    "UV_",
    "BAUPLAN",
    "AWS_",
    "SSH_",
    "ZSH",
    "XDG_",
    "RIPGREP_",
    "GREP_",
    "RUFF_",
    "CLAUDE",
    "VIRTUAL_ENV",
)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def is_special(name: str) -> bool:
    """Whether an assignment does more than hold a value: by its name, or since it is exported."""
    return name in _NAMES or name.startswith(_PREFIXES) or name in os.environ


def is_name(text: str) -> bool:
    """Whether this is a plain variable name; `a[$(x)]` would run a command."""
    return _NAME.fullmatch(text) is not None


def value_of(value: str) -> str | None:
    """The value, or None where it is not known."""
    return None if isinstance(value, Unsure) else str(value)
