"""Time as the lakehouse sees it: real, late, or frozen so that a session repeats exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells UTC time.

    A frozen one stands still until it is moved with `advance`. One that is `late` runs behind the
    real time, and catches up by what it is moved: so a history of days is played in seconds.
    """

    def __init__(self, frozen: datetime | None = None, late: float = 0.0) -> None:
        self._frozen = frozen.astimezone(UTC) if frozen else None
        self._late = timedelta(seconds=late)

    def now(self) -> datetime:
        """The current time, in UTC, to the microsecond."""
        return self._frozen or datetime.now(UTC) - self._late

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises ValueError where it would be ahead of the real time."""
        step = timedelta(seconds=seconds)
        if self._frozen is not None:
            self._frozen += step
        elif step <= self._late:
            self._late -= step
        else:
            raise ValueError("only a clock that is frozen or late can be moved")


def parse(text: str) -> datetime:
    """An ISO 8601 time; without a zone it is UTC. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """As the platform writes it: `2025-05-13T18:31:40.133920Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
