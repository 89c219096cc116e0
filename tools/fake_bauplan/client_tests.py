"""Stand-ins for the tables that the public client's own tests expect.

Those tests run against the vendor's data. These tables have the same names and columns and, in the
intervals that the tests ask for, the same numbers of rows; every value is made up.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fake_bauplan.lakehouse import Lakehouse

TAG = "client_tests"
PASSENGERS = 891
ZONES = 265
MICROS = 1_000_000
BUCKET = "bpln-e2e-test-tables/test_tables/two_columns_two_dates"


class Span(NamedTuple):
    """Trips that begin between two moments of New York's winter time."""

    start: str
    end: str
    trips: int


# The borders are those of the intervals in the tests, the trips add up to what they count:
# 448,004 on 1 January, 25,161 from 10:00:01 to 11:00, 430,488 from 11:00 to 11:10 of the next day,
# 629,154 and 1,037,238 in the first one and two days of UTC.
TRIPS = (
    Span("2022-12-31T10:00:00", "2022-12-31T10:01:00", 400),
    Span("2022-12-31T19:00:00", "2023-01-01T00:00:00", 281_150),
    Span("2023-01-01T00:00:00", "2023-01-01T10:00:01", 122_843),
    Span("2023-01-01T10:00:01", "2023-01-01T11:00:00", 25_161),
    Span("2023-01-01T11:00:00", "2023-01-01T19:00:00", 200_000),
    Span("2023-01-01T19:00:00", "2023-01-02T00:00:00", 100_000),
    Span("2023-01-02T00:00:00", "2023-01-02T11:10:00", 130_488),
    Span("2023-01-02T11:10:00", "2023-01-02T19:00:00", 177_596),
    Span("2023-01-03T00:00:00", "2023-01-20T00:00:00", 17_000),
)
# How many trips of 1 January begin in the zones that a test lists.
ZONE_COUNTS = {3: 973, 4: 1314, 5: 132, 6: 207}


def load(lakehouse: Lakehouse, branch: str = "main") -> None:
    """Load the tables, and put the files that imports read into the object storage."""
    lakehouse.load_table("bauplan", "titanic", titanic(), branch)
    lakehouse.load_table("bauplan", "taxi_fhvhv", taxi(), branch)
    if all(tag.name != TAG for tag in lakehouse.catalog.names("TAG").items):
        lakehouse.catalog.create_tag(TAG, branch)
    _write_objects(lakehouse.folder / "objects" / BUCKET)


def titanic() -> pa.Table:
    """891 passengers with the columns of the well-known data set."""
    numbers = pa.array(range(1, PASSENGERS + 1))
    return pa.table(
        {
            "PassengerId": numbers,
            "Survived": _rest(numbers, 2),
            "Pclass": pc.add(_rest(numbers, 3), 1),
            "Name": pc.binary_join_element_wise("Passenger", pc.cast(numbers, pa.string()), " "),
            "Age": pc.if_else(
                pc.equal(_rest(numbers, 5), 0), None, pc.cast(_rest(numbers, 80), pa.float64())
            ),
            "Fare": pc.multiply(pc.cast(_rest(numbers, 97), pa.float64()), 1.25),
        }
    )


def taxi() -> pa.Table:
    """Trips at even distances in each span."""
    return pa.concat_tables([_trips(span) for span in TRIPS])


def _trips(span: Span) -> pa.Table:
    numbers = pa.array(range(span.trips), pa.int64())
    first, last = _micros(span.start), _micros(span.end)
    picked = pc.add(pc.divide(pc.multiply(numbers, last - first), span.trips), first)
    seconds = pc.add(_rest(numbers, 3000), 60)
    miles = pc.divide(pc.cast(_rest(numbers, 301), pa.float64()), 10.0)
    fare = pc.add(pc.multiply(miles, 2.5), 3.0)
    zones = _zones(span, numbers)
    return pa.table(
        {
            "hvfhs_license_num": pc.if_else(pc.equal(_rest(numbers, 4), 0), "HV0005", "HV0003"),
            "pickup_datetime": pc.cast(picked, pa.timestamp("us", "UTC")),
            "dropoff_datetime": pc.cast(
                pc.add(picked, pc.multiply(seconds, MICROS)), pa.timestamp("us", "UTC")
            ),
            "PULocationID": zones,
            "DOLocationID": pc.add(_rest(pc.add(numbers, 97), ZONES), 1),
            "trip_miles": miles,
            "trip_time": seconds,
            "base_passenger_fare": fare,
            "tolls": pc.if_else(pc.equal(_rest(numbers, 20), 0), 6.5, 0.0),
            "sales_tax": pc.multiply(fare, 0.08875),
            "tips": pc.divide(pc.cast(_rest(numbers, 40), pa.float64()), 4.0),
        }
    )


def _zones(span: Span, numbers: pa.Array) -> pa.Array:
    """Zones from 7 on, and, in one hour of 1 January, those whose counts a test knows."""
    spread = pc.add(_rest(numbers, ZONES - 6), 7)
    if span.trips != TRIPS[3].trips:
        return spread
    listed = [zone for zone, count in ZONE_COUNTS.items() for _ in range(count)]
    return pa.chunked_array([pa.array(listed), spread.slice(len(listed))]).combine_chunks()


def _rest(numbers: pa.Array, divisor: int) -> pa.Array:
    whole = pc.multiply(pc.divide(numbers, divisor), divisor)
    return pc.subtract(numbers, whole)


def _micros(text: str) -> int:
    moment = datetime.fromisoformat(f"{text}-05:00")
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * MICROS


def _write_objects(folder: Path) -> None:
    """Two files of a hundred rows, one for each date."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in ("2024-01-01", "2024-01-02"):
        rows = pa.table({"date": [day] * 100, "value": list(range(100))})
        pq.write_table(rows, folder / f"{day}.parquet")
