"""Time as the lakehouse sees it: real, or frozen so that a session repeats exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells UTC time; a frozen one stands still until it is moved with `advance`."""

    def __init__(self, frozen: datetime | None = None) -> None:
        self._frozen = frozen.astimezone(UTC) if frozen else None

    def now(self) -> datetime:
        """The current time, in UTC, to the microsecond."""
        return self._frozen or datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Move a frozen clock; a real one cannot be moved."""
        if self._frozen is None:
            raise ValueError("only a frozen clock can be moved")
        self._frozen += timedelta(seconds=seconds)


def parse(text: str) -> datetime:
    """An ISO 8601 time; without a zone it is UTC. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """As the platform writes it: `2025-05-13T18:31:40.133920Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
