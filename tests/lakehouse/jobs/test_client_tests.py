"""The stand-ins for the vendor's tables count what the client's own tests count."""

from __future__ import annotations

import pytest

from fake_bauplan import client_tests
from fake_bauplan.engine import Engine
from fake_bauplan.lakehouse import Lakehouse


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    with Lakehouse(tmp_path_factory.mktemp("client") / "lake") as lakehouse:
        client_tests.load(lakehouse)
        client_tests.load(lakehouse)
        yield lakehouse


@pytest.fixture
def count(loaded):
    def of(condition: str, table: str = "taxi_fhvhv") -> int:
        sql = f"SELECT count(*) AS n FROM {table} WHERE {condition}"
        return Engine(loaded.catalog, loaded.store).query(sql, "main")["n"][0].as_py()

    return of


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        ("2023-01-01T00:00:00-05:00", "2023-01-02T00:00:00-05:00", 448_004),
        ("2023-01-01T10:00:01-05:00", "2023-01-01T11:00:00-05:00", 25_161),
        ("2023-01-01T11:00:00-05:00", "2023-01-02T11:10:00-05:00", 430_488),
        ("2023-01-01T00:00:00+00:00", "2023-01-02T00:00:00+00:00", 629_154),
        ("2023-01-01T00:00:00+00:00", "2023-01-03T00:00:00+00:00", 1_037_238),
    ],
)
def test_each_interval_has_the_trips_that_a_test_expects(count, start, end, rows) -> None:
    assert count(f"pickup_datetime >= '{start}' AND pickup_datetime < '{end}'") == rows


def test_zones_and_passengers_are_there_too(count, loaded) -> None:
    day = "pickup_datetime BETWEEN '2023-01-01T00:00:00-05:00' AND '2023-01-01T23:59:59-05:00'"
    for zone, trips in client_tests.ZONE_COUNTS.items():
        assert count(f'{day} AND "PULocationID" = {zone}') == trips
    assert count('"PULocationID" > 265') == 0
    assert count("true", "titanic") == 891
    assert [tag.name for tag in loaded.catalog.names("TAG").items] == ["client_tests"]
