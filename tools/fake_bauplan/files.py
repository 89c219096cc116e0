"""A person's own Parquet and CSV files, to seed a lakehouse with."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from self_heal.errors import BadInput


def read(path: Path) -> pa.Table:
    """The rows of a .parquet or .csv file; raises BadInput when it cannot be read."""
    if path.suffix not in (".parquet", ".csv"):
        raise BadInput(f"{path} is neither `nyc` nor a .parquet or .csv file")
    try:
        return pq.read_table(path) if path.suffix == ".parquet" else pa.csv.read_csv(path)
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist") from error
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
