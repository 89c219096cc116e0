"""The agent's tools, in one workspace, with limits on time and on how much they return."""

from __future__ import annotations

import fnmatch
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent_replay.tools import Outcome, ToolFailed, Tools
from healer import commands
from healer.commands import Ran

SECONDS = 600.0
"""The longest that one command may take: a run of a pipeline is one."""
LONGEST = 30_000
"""The most bytes of a result that the model gets."""
_USUAL_SECONDS = 300.0
_MOST_NAMES = 500
_GREP_SECONDS = 30.0
_SKIPPED = frozenset({".git", ".venv", "node_modules", "__pycache__"})

Handler = Callable[[Mapping[str, Any]], Outcome]


class Toolbox(Tools):
    """Runs the calls of one healing; `secrets` are texts that no result may carry to the model."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], secrets: Sequence[str] = ()
    ) -> None:
        super().__init__(folder, environment)
        self.stop = threading.Event()
        """Set it, and what is running is stopped."""
        self._secrets = [secret for secret in secrets if len(secret) >= 8]

    def run(self, tool: str, arguments: Mapping[str, Any]) -> Outcome:
        """Execute one call; whatever a tool cannot do is an outcome, not an exception."""
        handlers: dict[str, Handler] = {
            "Bash": self.bash,
            "Read": self.read,
            "Write": self.write,
            "Edit": self.edit,
            "Glob": self.glob,
            "Grep": self.grep,
            "WebFetch": _fetch,
            "code_run": self.code_run,
        }
        try:
            outcome = handlers[tool](arguments)
        except (ToolFailed, OSError, ValueError) as error:
            outcome = Outcome(False, str(error))
        return outcome._replace(text=self._without_secrets(outcome.text))

    def bash(self, arguments: Mapping[str, Any]) -> Outcome:
        """Run a command line in a fresh bash."""
        asked = arguments.get("timeout")
        seconds = min(asked / 1000, SECONDS) if asked else _USUAL_SECONDS
        done = self._command(["bash", "-c", str(arguments["command"])], seconds)
        return Outcome(done.exit_code == 0, done.text, done.exit_code)

    def read(self, arguments: Mapping[str, Any]) -> Outcome:
        """A file's text, or some of its lines."""
        lines = self._path(arguments).read_text(encoding="utf-8").splitlines(keepends=True)
        start = max(0, int(arguments.get("offset", 1)) - 1)
        end = start + int(arguments["limit"]) if "limit" in arguments else len(lines)
        advice = ": read on with offset and limit"
        return Outcome(True, _shortened("".join(lines[start:end]), advice))

    def write(self, arguments: Mapping[str, Any]) -> Outcome:
        """Create or replace a file."""
        path = self._path(arguments)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(arguments["content"]), encoding="utf-8")
        return Outcome(True, f"wrote {path}")

    def edit(self, arguments: Mapping[str, Any]) -> Outcome:
        """Replace one text; without `replace_all` it must stand there exactly once."""
        path = self._path(arguments)
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        old, found = str(arguments["old_string"]), text.count(str(arguments["old_string"]))
        if not old or not found or (found > 1 and not arguments.get("replace_all")):
            raise ToolFailed(f"old_string stands {found} times in {path.name}, not once")
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text.replace(old, str(arguments["new_string"])))
        return Outcome(True, f"edited {path}")

    def glob(self, arguments: Mapping[str, Any]) -> Outcome:
        """The files below a folder whose path fits a pattern."""
        root = self.folder / str(arguments.get("path", "."))
        pattern = str(arguments["pattern"]).removeprefix("./")
        found: list[str] = []
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED)
            paths = (Path(folder, name) for name in sorted(names))
            found += [str(p) for p in paths if _fits(str(p.relative_to(root)), pattern)]
            if len(found) > _MOST_NAMES:
                found[_MOST_NAMES:] = [f"[more than {_MOST_NAMES} files: narrow the pattern]"]
                break
        return Outcome(True, "\n".join(found) or "No file fits.")

    def grep(self, arguments: Mapping[str, Any]) -> Outcome:
        """The lines that fit an expression, with file and line number."""
        named = [f"--include={arguments['glob']}"] if "glob" in arguments else []
        skipped = [f"--exclude-dir={name}" for name in sorted(_SKIPPED)]
        words = ["-rnIE", *skipped, *named, "-e", str(arguments["pattern"]), "--"]
        argv = ["grep", *words, str(arguments.get("path", "."))]
        done = self._command(argv, _GREP_SECONDS)
        return Outcome(done.exit_code in (0, 1), done.text or "No line fits.")

    def code_run(self, arguments: Mapping[str, Any]) -> Outcome:
        """Run code that is sent along."""
        from healer import code_run

        return code_run.run(arguments, self._command)

    def _command(self, argv: Sequence[str], seconds: float = SECONDS) -> Ran:
        return commands.run(argv, self.folder, self.environment, seconds, LONGEST, self.stop)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _fits(path: str, pattern: str) -> bool:
    """`**/` stands for any folders, none too."""
    tails = [pattern, pattern.removeprefix("**/")] if pattern.startswith("**/") else [pattern]
    if "/" not in tails[-1] and len(tails) == 1:
        return "/" not in path and fnmatch.fnmatchcase(path, pattern)
    return any(fnmatch.fnmatchcase(path, tail) for tail in tails)


def _shortened(text: str, advice: str = "") -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n[cut at {LONGEST} characters{advice}]"


def _fetch(arguments: Mapping[str, Any]) -> Outcome:
    from healer import documentation

    return Outcome(True, _shortened(documentation.fetch(str(arguments["url"]))))
