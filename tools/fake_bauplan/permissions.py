"""Who may change what: one's own branches only; `main` by a merge or a transactional run only."""

from __future__ import annotations

from fake_bauplan.catalog.types import User
from fake_bauplan.errors import Forbidden
from fake_bauplan.refs import MAIN, zone


def check_write(user: User, branch: str, action: str) -> None:
    """Raises Forbidden, of a kind such as `DELETE_TABLE`, unless the branch is the user's own."""
    if zone(branch) != user.username or branch == user.username:
        raise Forbidden(
            action,
            f"User {user.username!r} may not write to branch {branch!r}: "
            f"only to branches named {user.username}.<name>",
        )


def check_merge(user: User, into: str) -> None:
    """Raises Forbidden unless the target is `main` or the user's own branch."""
    if into != MAIN:
        check_write(user, into, "MERGE")


def check_run(user: User, branch: str, *, transaction: bool) -> None:
    """Raises Forbidden unless a run may write there: on `main` only a transactional one may."""
    if branch != MAIN or not transaction:
        check_write(user, branch, "")
