"""A lakehouse as a whole: its folder, its files, what repeats, what can be undone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from fake_bauplan import errors, files, folder, nyc
from fake_bauplan.clock import Clock
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.schema import UnsupportedType, storable_schema
from self_heal.errors import BadInput, InTheWay

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TABLE = pa.table({"x": [1, None, 3], "name": ["a", "b", None]})


def story(path: Path, seed: int | None = 3, clock: datetime | None = NOON) -> list[str]:
    """A short history; gives every id, key, time and hash that came of it."""
    with Lakehouse(path, seed, Clock(clock)) as house:
        house.load_table("shop", "orders", TABLE)
        house.catalog.create_branch("demo.a", "main")
        house.load_table("shop", "orders", TABLE, "demo.a")
        table = house.catalog.table("demo.a", "shop.orders")
        said = [house.key, table.id, str(table.snapshot_id), str(table.updated_at)]
        return said + [commit.hash for commit in house.catalog.commits("demo.a").items]


def test_with_a_seed_and_a_frozen_clock_everything_repeats(tmp_path: Path) -> None:
    assert story(tmp_path / "one") == story(tmp_path / "two")


def test_another_seed_gives_other_ids(tmp_path: Path) -> None:
    one, two = story(tmp_path / "one", seed=3), story(tmp_path / "two", seed=4)
    assert not set(one[:3]) & set(two[:3])


def test_a_second_start_does_not_repeat_the_ids_of_the_first(tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        with Lakehouse(tmp_path / "lakehouse", seed=3) as house:
            made.append(house.ids.uuid("job"))
    assert made[0] != made[1]


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    with Lakehouse(tmp_path / "lakehouse") as house:
        head, key = house.load_table("shop", "orders", TABLE).hash, house.key
    with Lakehouse(tmp_path / "lakehouse") as house:
        assert (house.catalog.resolve("main").hash, house.key) == (head, key)
        table = house.catalog.table("main", "shop.orders")
        assert house.store.read(table.files, table.schema).equals(TABLE)


def test_restore_comes_back_to_a_snapshot_and_repeats_what_follows(lakehouse: Lakehouse) -> None:
    lakehouse.load_table("shop", "orders", TABLE)
    before = lakehouse.catalog.commits("main").items
    snapshot = lakehouse.snapshot()
    made = []
    for _ in range(2):
        lakehouse.load_table("shop", "items", TABLE)
        made.append(lakehouse.catalog.table("main", "shop.items").id)
        lakehouse.restore(snapshot)
        assert lakehouse.catalog.commits("main").items == before
    assert made[0] == made[1]


def test_reset_leaves_an_empty_lakehouse_and_the_keys(lakehouse: Lakehouse) -> None:
    other = lakehouse.users.add("other")
    lakehouse.load_table("shop", "orders", TABLE)
    lakehouse.catalog.create_branch("demo.a", "main")
    lakehouse.reset()
    assert [ref.name for ref in lakehouse.catalog.names("BRANCH").items] == ["main"]
    assert lakehouse.catalog.tables("main") == []
    assert lakehouse.user(other).username == "other"


def test_a_folder_belongs_to_one_process_at_a_time(lakehouse: Lakehouse) -> None:
    with pytest.raises(InTheWay, match="in use by process"):
        Lakehouse(lakehouse.folder)
    with pytest.raises(InTheWay):
        folder.empty(lakehouse.folder)


def test_a_strangers_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match=r"thesis\.txt"):
        Lakehouse(tmp_path)
    with pytest.raises(BadInput):
        folder.empty(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def damaged(path: Path, what: str) -> None:
    """Damage a lakehouse's folder in one way."""
    with Lakehouse(path) as house:
        house.load_table("shop", "orders", TABLE)
        (file,) = house.catalog.table("main", "shop.orders").files
        data = house.store.path(file.digest)
    match what:
        case "marker":
            (path / "lakehouse.json").write_text("{")
        case "format":
            (path / "lakehouse.json").write_text(json.dumps({"format": 99, "opened": 1}))
        case "catalog":
            (path / "catalog.sqlite").write_bytes(b"no database at all, " * 500)
        case "page":
            content = bytearray((path / "catalog.sqlite").read_bytes())
            content[4096:8192] = b"\xff" * 4096
            (path / "catalog.sqlite").write_bytes(content)
        case "data":
            data.unlink()
        case "half":
            data.write_bytes(data.read_bytes()[:-1])


@pytest.mark.parametrize("what", ["marker", "format", "catalog", "page", "data", "half"])
def test_a_damaged_folder_is_a_clear_error_with_a_way_out(tmp_path: Path, what: str) -> None:
    path = tmp_path / "lakehouse"
    damaged(path, what)
    with pytest.raises(BadInput, match="self-heal lakehouse reset"):
        Lakehouse(path)
    folder.empty(path)
    with Lakehouse(path) as house:
        assert house.catalog.tables("main") == []


def test_a_file_in_the_place_of_the_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be a data folder"):
        Lakehouse(tmp_path / "file")


def test_the_same_content_is_stored_once(lakehouse: Lakehouse) -> None:
    assert lakehouse.store.put(TABLE) == lakehouse.store.put(TABLE)
    assert len(list((lakehouse.folder / "tables").rglob("*.parquet"))) == 1


def test_the_drafts_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    with Lakehouse(tmp_path / "lakehouse"):
        pass
    draft = tmp_path / "lakehouse" / "tables" / "draft-x.parquet"
    draft.write_bytes(b"half")
    with Lakehouse(tmp_path / "lakehouse"):
        assert not draft.exists()


@pytest.mark.parametrize(
    ("arrow", "iceberg"),
    [
        (pa.int8(), "int"),
        (pa.uint32(), "long"),
        (pa.float16(), "float"),
        (pa.large_string(), "string"),
        (pa.dictionary(pa.int8(), pa.string()), "string"),
        (pa.timestamp("ns"), "timestamp"),
        (pa.timestamp("s", "Europe/Rome"), "timestamptz"),
        (pa.date64(), "date"),
        (pa.time32("s"), "time"),
        (pa.decimal128(10, 2), "decimal(10, 2)"),
        (pa.binary(4), "fixed[4]"),
        (pa.list_(pa.int16()), "list<int>"),
        (pa.struct([("a", pa.uint8())]), "struct<a: int>"),
        (pa.map_(pa.string(), pa.int64()), "map<string, long>"),
    ],
)
def test_every_arrow_type_is_stored_as_the_iceberg_type_that_holds_it(
    lakehouse: Lakehouse, arrow: pa.DataType, iceberg: str
) -> None:
    lakehouse.load_table("shop", "t", pa.table({"c": pa.nulls(2, arrow)}))
    table = lakehouse.catalog.table("main", "shop.t")
    assert [field.type for field in table.fields] == [iceberg]
    assert lakehouse.store.read(table.files, table.schema).schema == table.schema


@pytest.mark.parametrize("arrow", [pa.null(), pa.uint64(), pa.duration("s"), pa.list_(pa.null())])
def test_a_type_that_iceberg_lacks_is_refused(arrow: pa.DataType) -> None:
    with pytest.raises(UnsupportedType, match="unsupported type"):
        storable_schema(pa.schema([("c", arrow)]))


def test_an_unknown_key_is_unauthorized(lakehouse: Lakehouse) -> None:
    for key in ("", "bpln_wrong", "demo"):
        with pytest.raises(errors.Unauthorized):
            lakehouse.user(key)


def test_nyc_is_the_real_data(lakehouse: Lakehouse) -> None:
    nyc.load(lakehouse)
    tables = {table.name: table for table in lakehouse.catalog.tables("main", "nyc")}
    assert {name: table.rows for name, table in tables.items()} == {
        "airlines": 16, "airports": 1458, "flights": 336776, "planes": 3322, "weather": 26115,
    }  # fmt: skip
    flights = lakehouse.store.read(tables["flights"].files, tables["flights"].schema)
    assert flights.schema.field("dep_delay").type == pa.float64()
    assert (flights["dep_delay"].null_count, flights["tailnum"].null_count) == (8255, 2512)
    assert str(flights["time_hour"][0]) == "2013-01-01 10:00:00+00:00"


def test_ones_own_files_can_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,price\n1,2.5\n")
    assert files.read(tmp_path / "orders.csv").to_pylist() == [{"id": 1, "price": 2.5}]
    for name, text in (("a.csv", ""), ("a.parquet", "no parquet"), ("a.txt", "x")):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput):
            files.read(tmp_path / name)
    with pytest.raises(BadInput, match="does not exist"):
        files.read(tmp_path / "missing.csv")
