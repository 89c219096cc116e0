"""The job store: every run, query and import with its state, its events and the code that ran."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fake_bauplan.clock import Clock, iso, parse
from fake_bauplan.database import Database
from fake_bauplan.ids import Ids
from fake_bauplan.jobs import events as job_events
from fake_bauplan.jobs.events import Event, JobFinished

RUNNING, COMPLETE, ABORT, FAIL = "RUNNING", "COMPLETE", "ABORT", "FAIL"
NOT_STARTED = "NOT_STARTED"
ENDS = {"success": COMPLETE, "cancelled": ABORT}
KINDS = (
    "CODE_SNAPSHOT_RUN",
    "QUERY_RUN",
    "TABLE_PLAN_CREATE",
    "TABLE_PLAN_CREATE_APPLY",
    "TABLE_DATA_IMPORT",
    "EXTERNAL_TABLE_CREATE",
)
STOPPED = "the lakehouse was stopped while the job ran"

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    user TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT NOT NULL, error TEXT NOT NULL, ref TEXT NOT NULL, branch TEXT NOT NULL,
    transaction_branch TEXT NOT NULL, project_id TEXT NOT NULL, project_name TEXT NOT NULL,
    snapshot TEXT NOT NULL, sql TEXT NOT NULL, details TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_status ON jobs (status, number);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_job ON events (job, number);
CREATE TABLE IF NOT EXISTS snapshots (digest TEXT PRIMARY KEY, zip BLOB NOT NULL);
"""


class Job(NamedTuple):
    """One job as stored; times are ISO 8601 in UTC, empty where it has not come that far.

    `ref` is what the job read, as `branch@hash`; `details` is JSON of its own kind: a run's
    request and its graph. `number` counts all jobs and orders them.
    """

    number: int
    id: str
    kind: str
    user: str
    status: str
    created: str
    started: str = ""
    finished: str = ""
    error: str = ""
    ref: str = ""
    branch: str = ""
    transaction_branch: str = ""
    project_id: str = ""
    project_name: str = ""
    snapshot: str = ""
    sql: str = ""
    details: str = "{}"

    def detail(self, name: str) -> Any:
        """One value of `details`, or None."""
        return json.loads(self.details).get(name)


class JobNotFound(Exception):
    """No job of that id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"job not found: {job_id}")


class Filter(NamedTuple):
    """Which jobs are wanted; an empty part does not filter."""

    ids: Sequence[str] = ()
    users: Sequence[str] = ()
    kinds: Sequence[str] = ()
    statuses: Sequence[str] = ()
    after: datetime | None = None
    before: datetime | None = None

    def where(self) -> tuple[str, list[Any]]:
        """The condition in SQL and its values."""
        parts, values = ["1"], list[Any]()
        named = (("id", self.ids), ("user", self.users), ("kind", self.kinds))
        for column, wanted in (*named, ("status", self.statuses)):
            if wanted:
                parts.append(f"{column} IN ({','.join('?' * len(wanted))})")
                values += wanted
        for sign, moment in ((">=", self.after), ("<", self.before)):
            if moment is not None:
                parts.append(f"created {sign} ?")
                values.append(iso(moment))
        return " AND ".join(parts), values


class Jobs:
    """The store; a job that was running when the last process died is failed when it opens."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._news = threading.Condition()
        for job in self.page(Filter(statuses=(NOT_STARTED, RUNNING)), limit=10_000)[0]:
            self.append(job.id, JobFinished("failure", STOPPED, user_error=False))

    def create(self, kind: str, user: str, **fields: str) -> Job:
        """A new job, running from now on; `fields` are those of `Job`."""
        now = iso(self._clock.now())
        job = Job(0, self._ids.uuid("job"), kind, user, RUNNING, now, now, **fields)
        names = ", ".join(Job._fields[1:])
        marks = ",".join("?" * (len(Job._fields) - 1))
        with self._database.write() as connection:
            connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", job[1:])
        return self.get(job.id)

    def update(self, job_id: str, **fields: str) -> Job:
        """Set fields of a job."""
        names = ", ".join(f"{name} = ?" for name in fields)
        with self._database.write() as connection:
            connection.execute(f"UPDATE jobs SET {names} WHERE id = ?", (*fields.values(), job_id))
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """One job by its full id; raises JobNotFound."""
        found, _ = self.page(Filter(ids=(job_id,)), 1)
        if not found:
            raise JobNotFound(job_id)
        return found[0]

    def page(self, wanted: Filter, limit: int, token: str = "") -> tuple[list[Job], str]:
        """The newest jobs that fit, and the token of the next page ("" on the last)."""
        where, values = wanted.where()
        below = int(token) if token else 1 << 62
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM jobs WHERE {where} AND number < ? ORDER BY number DESC LIMIT ?",
                (*values, below, limit + 1),
            ).fetchall()
        jobs = [Job(*row) for row in rows[:limit]]
        return jobs, str(jobs[-1].number) if len(rows) > limit else ""

    def append(self, job_id: str, *events: Event) -> None:
        """Report events; a JobFinished also ends the job, once: what comes later is dropped."""
        with self._database.write() as connection:
            for event in events:
                if self._open(connection, job_id):
                    row = (job_id, job_events.encode(event))
                    connection.execute("INSERT INTO events (job, event) VALUES (?, ?)", row)
                    if isinstance(event, JobFinished):
                        self._finish(connection, job_id, event)
        with self._news:
            self._news.notify_all()

    def _open(self, connection: Any, job_id: str) -> bool:
        query = "SELECT 1 FROM jobs WHERE id = ? AND status IN (?, ?)"
        return connection.execute(query, (job_id, NOT_STARTED, RUNNING)).fetchone() is not None

    def _finish(self, connection: Any, job_id: str, event: JobFinished) -> None:
        status = ENDS.get(event.outcome, FAIL)
        error = event.message if status == FAIL else ""
        row = (status, error, iso(self._clock.now()), job_id)
        connection.execute("UPDATE jobs SET status = ?, error = ?, finished = ? WHERE id = ?", row)

    def events(self, job_id: str) -> list[Event]:
        """All events of a job so far, in order."""
        return [event for _, event in self._since(job_id, 0)]

    def follow(self, job_id: str, stop: Callable[[], bool] = lambda: False) -> Iterator[Event]:
        """Events as they come, from the first; ends with the job, or when `stop` says so."""
        last = 0
        while not stop():
            with self._news:
                found = self._since(job_id, last)
                if not found:
                    self._news.wait(timeout=0.5)
            for number, event in found:
                last = number
                yield event
                if isinstance(event, JobFinished):
                    return

    def _since(self, job_id: str, number: int) -> list[tuple[int, Event]]:
        query = "SELECT number, event FROM events WHERE job = ? AND number > ? ORDER BY number"
        with self._database.read() as connection:
            rows = connection.execute(query, (job_id, number)).fetchall()
        return [(row["number"], job_events.decode(row["event"])) for row in rows]

    def keep_snapshot(self, content: bytes) -> str:
        """Store a code snapshot (a zip file) under its SHA-256, and return that."""
        digest = hashlib.sha256(content).hexdigest()
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO snapshots VALUES (?, ?)", (digest, content))
        return digest

    def snapshot(self, digest: str) -> bytes:
        """A stored code snapshot; raises KeyError."""
        with self._database.read() as connection:
            query = "SELECT zip FROM snapshots WHERE digest = ?"
            row = connection.execute(query, (digest,)).fetchone()
        if row is None:
            raise KeyError(digest)
        return bytes(row["zip"])

    def now_ns(self) -> int:
        """The clock in nanoseconds since 1970, as events carry it."""
        return nanoseconds(self._clock.now())


def nanoseconds(moment: datetime) -> int:
    """A time as nanoseconds since 1970."""
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1_000


def moment(text: str) -> datetime | None:
    """A stored time, or None where it is empty."""
    return parse(text) if text else None
