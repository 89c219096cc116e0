"""What the rules look at: the session, and what earlier parts of the same call may have changed.

One command line has many effects. After each one is judged, `advance` notes what it may have
done, so that `git switch main && git commit` is judged as the commit on main that it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline_guard import account, workspace
from pipeline_guard.effects import DeletePath, Effect, RunBauplan, RunGit, WritePath
from pipeline_guard.events import Event
from pipeline_guard.git_cli import GitCall
from pipeline_guard.git_cli import read as read_git
from pipeline_guard.session import Session

if TYPE_CHECKING:
    from pipeline_guard.bauplan_cli import BauplanCall
    from pipeline_guard.bauplan_cli.reference import Reference
    from pipeline_guard.git_cli.state import Change

UNKNOWN_BRANCH = "?"


class Scene(NamedTuple):
    """What may be so when the next effect comes; more than one branch where it is not certain.

    `heads` are the git branches HEAD may be on (`""` is detached), `active` the Bauplan branches
    that may be active (`"?"` cannot be told). `tree_moved` is true once an earlier part of the
    call may have changed the working tree or its commits. `made` are git branches it made.
    """

    heads: frozenset[str]
    active: frozenset[str]
    tree_moved: bool = False
    made: frozenset[str] = frozenset()


class Context:
    """The session as the rules see it; what costs something is read on first use."""

    __slots__ = (
        "_calls",
        "_changes",
        "_git_calls",
        "_reference",
        "_scene",
        "event",
        "facts",
        "policy",
        "workspace",
    )

    def __init__(self, event: Event, session: Session) -> None:
        self.event = event
        self.workspace = session.workspace
        self.facts = session.facts
        self.policy = session.policy
        self._scene: Scene | None = None
        self._changes: list[Change] | None = None
        self._reference: Reference | None = None
        self._git_calls: dict[RunGit, GitCall] = {}
        self._calls: dict[Sequence[str], BauplanCall] = {}

    @property
    def scene(self) -> Scene:
        """The state before the effect that is being judged."""
        if self._scene is None:
            head = workspace.head_branch(self.workspace)
            branch = account.read().active_branch or UNKNOWN_BRANCH
            self._scene = Scene(frozenset({head}), frozenset({branch}))
        return self._scene

    @property
    def reference(self) -> Reference:
        """The command line of the installed version of bauplan."""
        if self._reference is None:
            from pipeline_guard.bauplan_cli import reference

            self._reference = reference.load(account.installed_version())
        return self._reference

    def bauplan(self, effect: RunBauplan) -> BauplanCall:
        """The call read against the reference of the installed version."""
        if effect.argv not in self._calls:
            from pipeline_guard import bauplan_cli

            self._calls[effect.argv] = bauplan_cli.read(effect.argv, self.reference)
        return self._calls[effect.argv]

    @property
    def changes(self) -> list[Change]:
        """What git says is changed, as it was before the call; asked once."""
        if self._changes is None:
            from pipeline_guard.git_cli import state as gitstate

            self._changes = gitstate.changes(self.workspace.repo) if self.workspace.repo else []
        return self._changes

    @property
    def uncommitted(self) -> list[Change]:
        """The changed files of the project."""
        return [change for change in self.changes if self._is_code(change.path)]

    def _is_code(self, path: str) -> bool:
        return workspace.zone(path, self.workspace) == workspace.PROJECT

    def git(self, effect: RunGit) -> GitCall:
        """The git call, its global options resolved."""
        if effect not in self._git_calls:
            self._git_calls[effect] = read_git(effect.argv, effect.cwd)
        return self._git_calls[effect]

    def protected(self, branch: str) -> bool:
        """Whether nobody may write this branch during a healing, in Bauplan or git."""
        name = branch.casefold()
        return any(name == other.casefold() for other in self.protected_names())

    def protected_names(self) -> frozenset[str]:
        """`main`, `master`, what `origin/HEAD` names, and the configured ones."""
        found = workspace.default_branch(self.workspace)
        return self.policy.protected_branches | {"main", "master"} | ({found} if found else set())

    def advance(self, effect: Effect) -> None:
        """Note what an effect may have changed for the parts of the call that follow it."""
        if isinstance(effect, RunGit):
            self._after_git(effect)
        elif isinstance(effect, RunBauplan):
            self._after_bauplan(effect)
        elif isinstance(effect, (WritePath, DeletePath)) and self._is_code(effect.path):
            self._scene = self.scene._replace(tree_moved=True)

    def _after_git(self, effect: RunGit) -> None:
        call = self.git(effect)
        if not call.changes_tree:
            return
        before = self.scene
        heads, made = before.heads, before.made
        if call.target:
            heads = frozenset({call.target}) | (frozenset() if effect.certain else heads)
            made = made | ({call.target} if call.creates else set())
        self._scene = before._replace(heads=heads, tree_moved=True, made=made)

    def _after_bauplan(self, effect: RunBauplan) -> None:
        if "checkout" not in effect.argv:
            return
        call = self.bauplan(effect)
        if call.help or call.problems or call.command[-1:] != ("checkout",):
            return
        before = self.scene
        target = frozenset(call.positionals[:1])
        self._scene = before._replace(active=target if effect.certain else target | before.active)
