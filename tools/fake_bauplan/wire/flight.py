"""Arrow Flight: where the client fetches the result of a query.

The client lists the flights (its criteria hold `max_rows`), gets the one there is, and at the end
sends the action `shutdown`. The platform starts one server for each query; this one is shared, so
`shutdown` only forgets that query's result. The bearer token says which result is meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from pyarrow import flight

from fake_bauplan.faults import Faults
from fake_bauplan.runs.results import Results

SCHEME = "Bearer "


class _Token(flight.ServerMiddleware):  # type: ignore[misc]
    """The bearer token of one call."""

    def __init__(self, value: str) -> None:
        self.value = value


class _Tokens(flight.ServerMiddlewareFactory):  # type: ignore[misc]
    """Reads the token of every call."""

    def start_call(self, info: Any, headers: Mapping[str, list[str]]) -> _Token:  # noqa: ARG002
        """The middleware of one call; header names arrive in any case."""
        found = {key.lower(): values for key, values in headers.items()}
        value = next(iter(found.get("authorization", [])), "")
        if not value.startswith(SCHEME):
            raise flight.FlightUnauthenticatedError("a bearer token is needed")
        return _Token(value.removeprefix(SCHEME))


class FlightServer(flight.FlightServerBase):  # type: ignore[misc]
    """Serves `Results` on a loopback port; use as a context manager, or call `shutdown()`."""

    def __init__(self, results: Results, faults: Faults) -> None:
        super().__init__("grpc://127.0.0.1:0", middleware={"token": _Tokens()})
        self._results = results
        self._faults = faults

    @property
    def endpoint(self) -> str:
        """What `flight_server_start` announces."""
        return f"http://127.0.0.1:{self.port}"

    def list_flights(self, context: Any, criteria: bytes) -> Iterator[flight.FlightInfo]:
        """The one result of the caller's token; the row limit travels in its ticket."""
        token = self._token(context)
        table = self._table(token)
        limit = _max_rows(criteria)
        ticket = json.dumps({"token": token, "max_rows": limit}).encode()
        rows = table.num_rows if limit is None else min(limit, table.num_rows)
        yield flight.FlightInfo(
            table.schema,
            flight.FlightDescriptor.for_path("result"),
            [flight.FlightEndpoint(ticket, [])],
            rows,
            -1,
        )

    def do_get(self, context: Any, ticket: flight.Ticket) -> flight.FlightDataStream:
        """The rows of a ticket from `list_flights`, of the same caller."""
        wanted = json.loads(ticket.ticket)
        if wanted["token"] != self._token(context):
            raise flight.FlightUnauthorizedError("the ticket belongs to another caller")
        table = self._table(wanted["token"]).slice(0, wanted["max_rows"])
        drop = self._faults.take("DoGet", "drop")
        if drop is not None:
            return flight.GeneratorStream(table.schema, _broken_off(table, int(drop.amount)))
        return flight.RecordBatchStream(table)

    def do_action(self, context: Any, action: flight.Action) -> list[bytes]:
        """`shutdown` forgets the caller's result; the server goes on for everybody else."""
        if action.type != "shutdown":
            raise flight.FlightServerError(f"unknown action {action.type!r}")
        self._results.drop(self._token(context))
        return []

    def _token(self, context: Any) -> str:
        value: str = context.get_middleware("token").value
        return value

    def _table(self, token: str) -> pa.Table:
        try:
            return self._results.get(token)
        except KeyError:
            raise flight.FlightUnauthorizedError("no result for this token") from None


def _broken_off(table: pa.Table, rows: int) -> Iterator[pa.RecordBatch]:
    """The first rows of a result, then the end of the connection."""
    yield from table.slice(0, rows).to_batches()
    raise flight.FlightUnavailableError("the connection was dropped by a fault")


def _max_rows(criteria: bytes) -> int | None:
    wanted = json.loads(criteria) if criteria else {}
    limit = wanted.get("max_rows")
    return int(limit) if limit is not None else None
