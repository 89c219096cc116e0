"""The failed jobs that nobody has claimed yet, as the platform lists them now.

Nothing is remembered from one look to the next but a bounded number of jobs that are not ours.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from healer import claims
from pipeline_guard import workspace
from self_heal.errors import BauplanRefused

_MOST_REMEMBERED = 5_000
_PAGE = 500


class Wanted(NamedTuple):
    """Which failures are looked for: whose, since when, of which project (its id, `""` for any)."""

    users: Sequence[str] = ()
    all_users: bool = False
    since: datetime | None = None
    project: str = ""


class Stale(NamedTuple):
    """A claim that is old and has no end that can be seen from here."""

    job: str
    branch: str


class Failures:
    """Looks for failed runs with one account, the watchers' own."""

    def __init__(self, client: Any, user: str, wanted: Wanted) -> None:
        self._client = client
        self._user = user
        self._wanted = wanted
        self._left: OrderedDict[str, None] = OrderedDict()

    def unclaimed(self) -> Iterator[str]:
        """The ids of jobs to heal, the newest first."""
        claimed = self.claimed()
        for job in self._failed():
            name = claims.branch_name(self._user, job.id)
            if name not in claimed and job.id not in self._left and self._is_wanted(job.id):
                yield str(job.id)

    def claimed(self) -> frozenset[str]:
        """The debug branches that stand for claims."""
        named = f"{self._user}{claims.MARK}"
        with _answering():
            listed = [branch.name for branch in self._client.get_branches(name=named)]
        return frozenset(name for name in listed if name.startswith(named))

    def leave(self, job: str) -> None:
        """Do not look at a job again."""
        self._left[job] = None
        while len(self._left) > _MOST_REMEMBERED:
            self._left.popitem(last=False)

    def stale(self, hours: float) -> Iterator[Stale]:
        """Claims on jobs that failed longer ago, on whose branch nothing was written since."""
        claimed = self.claimed()
        before = datetime.now(UTC) - timedelta(hours=hours)
        for job in self._failed():
            name = claims.branch_name(self._user, job.id)
            ended = job.finished_at or job.created_at
            is_old = name in claimed and job.id not in self._left and ended and ended < before
            if is_old and not self._written_since(name, ended):
                yield Stale(str(job.id), name)

    def _failed(self) -> Iterator[Any]:
        """Page by page, from the newest back; a page begins where the one before it ended."""
        wanted, until = self._wanted, None
        seen: frozenset[str] = frozenset()
        while True:
            page = self._page(wanted, until)
            yield from (job for job in page if job.id not in seen)
            if len(page) < _PAGE or page[-1].created_at is None:
                return
            oldest = page[-1].created_at + timedelta(microseconds=1)
            if oldest == until:
                return  # more failures in one microsecond than one page holds
            seen, until = frozenset(str(job.id) for job in page), oldest

    def _page(self, wanted: Wanted, until: datetime | None) -> list[Any]:
        with _answering():
            return list(
                self._client.get_jobs(
                    filter_by_kinds=["run"],
                    filter_by_statuses=["fail"],
                    filter_by_current_user=not (wanted.users or wanted.all_users),
                    filter_by_users=list(wanted.users) or None,
                    filter_by_created_after=wanted.since,
                    filter_by_created_before=until,
                    limit=_PAGE,
                )
            )

    def _is_wanted(self, job: str) -> bool:
        """Of the project, and no run of a healing."""
        with _answering():
            context = self._client.get_job_context(job)
        branch = str(context.ref or "").partition("@")[0]
        other = self._wanted.project and context.project_id != self._wanted.project
        if other or claims.is_of_healing(branch):
            self.leave(job)
            return False
        return True

    def _written_since(self, branch: str, moment: datetime) -> bool:
        with _answering():
            head = next(iter(self._client.get_commits(branch, limit=1)), None)
        return head is not None and head.committed_date > moment


@contextmanager
def _answering() -> Iterator[None]:
    """The platform's own errors as ours: a watcher outlives them."""
    import bauplan

    try:
        yield
    except bauplan.exceptions.BauplanError as error:
        raise BauplanRefused(f"The platform cannot be asked: {error}") from error


def project_id(folder: str) -> str:
    """The id in a project's own file."""
    for name in workspace.PROJECT_FILES:
        try:
            text = Path(folder, name).read_text(encoding="utf-8")
            return str(yaml.safe_load(text)["project"]["id"])
        except FileNotFoundError:
            continue
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise BauplanRefused(f"{folder}/{name} names no project id: {error}") from error
    return ""
