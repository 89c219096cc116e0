"""What a tool call would do, as plain values.

`calls.effects_of` takes a tool call apart into these before any rule looks at it. A rule never
sees a tool name or a command line, only effects; what could not be understood is an `Unknown`,
which is denied. Every path is absolute, lexically normalised and has its symlinks resolved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class RunBauplan(NamedTuple):
    """The `bauplan` program with its arguments (without the program's own name).

    `certain` is False where the exit code that the runtime sees is not this program's: a pipe,
    `|| true`, `;` before another command, a background job. `stdin` says whether input is fed.
    """

    argv: tuple[str, ...]
    cwd: str
    certain: bool = True
    stdin: bool = False


class RunGit(NamedTuple):
    """The `git` program with its arguments; `certain` as in `RunBauplan`."""

    argv: tuple[str, ...]
    cwd: str
    certain: bool = True


class RunSelfHeal(NamedTuple):
    """This project's own command line."""

    argv: tuple[str, ...]
    cwd: str
    certain: bool = True


class RunProgram(NamedTuple):
    """Any other program. `reads_only` is True where its arguments are known to keep it a read."""

    argv: tuple[str, ...]
    cwd: str
    reads_only: bool = False


class ReadPath(NamedTuple):
    """A file or folder is read; `recursive` where everything below it is read too."""

    path: str
    recursive: bool = False


class WritePath(NamedTuple):
    """A file is created or changed.

    `text` is the whole new content where the call tells it; `None` where it cannot be known
    (a redirection). `tool` is the tool or program that writes.
    """

    path: str
    tool: str
    text: str | None = None


class MakeFolder(NamedTuple):
    """A folder is created."""

    path: str


class DeletePath(NamedTuple):
    """A file or folder is removed or moved away."""

    path: str


class SetVariable(NamedTuple):
    """An environment or shell variable is set for a program or for what follows."""

    name: str
    value: str | None
    exported: bool


class ReadVariable(NamedTuple):
    """An environment variable that this command line did not set is expanded."""

    name: str


class FetchUrl(NamedTuple):
    """A URL is requested."""

    url: str


class CallMcp(NamedTuple):
    """A tool of an MCP server that is not Bauplan's."""

    server: str
    tool: str
    arguments: Mapping[str, Any]


class CallBauplanApi(NamedTuple):
    """A tool of the Bauplan MCP server (or `code_run` of the headless healer), by its own name."""

    tool: str
    arguments: Mapping[str, Any]


class StartAgent(NamedTuple):
    """A subagent is started; its own calls are judged as they come."""

    prompt: str


class UseTool(NamedTuple):
    """A tool of the runtime without effects of its own (a to-do list, a plan, a skill)."""

    name: str


class Unknown(NamedTuple):
    """Something the guard does not understand: it is denied.

    `what` quotes the part, `why` is one clause, `instead` the step that would be right.
    """

    what: str
    why: str
    instead: str = "Write the command out plainly, one program at a time."


Effect = (
    RunBauplan
    | RunGit
    | RunSelfHeal
    | RunProgram
    | ReadPath
    | WritePath
    | MakeFolder
    | DeletePath
    | SetVariable
    | ReadVariable
    | FetchUrl
    | CallMcp
    | CallBauplanApi
    | StartAgent
    | UseTool
    | Unknown
)
