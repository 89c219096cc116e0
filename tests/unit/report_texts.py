"""Reports as an agent would write them, for the tests to bend."""

from __future__ import annotations

JOB = "3f0c2a9e-5d41-4c1b-9a77-1f2e3d4c5b6a"
HASH = "8d3f" * 16
REF = f"demo.dev@{HASH}"

LOGS = f"""Job ID:   {JOB}
Status:   fail
Error:    Model daily_delays failed
2026-11-22T10:00:01Z INFO  running clean_flights
Traceback (most recent call last):
  File "models.py", line 41, in daily_delays
    mean = pc.mean(flights["dep_delay"])
pyarrow.lib.ArrowNotImplementedError: Function 'mean' has no kernel matching input types (string)
"""

JOB_REPORT = f"""# Job Report: {JOB}

## Metadata
- **Job ID**: {JOB}
- **Status**: Failed
- **Kind**: run
- **User**: demo
- **Created**: 2026-11-22T10:00:00Z
- **Finished**: 2026-11-22T10:00:04Z [3m ago]
- **Bauplan Branch**: demo.dev
- **Pinned Data Ref**: {REF}

## Error Summary
```
Traceback (most recent call last):
  File "models.py", line 41, in daily_delays
    mean = pc.mean(flights["dep_delay"])
pyarrow.lib.ArrowNotImplementedError: Function 'mean' has no kernel matching input types (string)
```

## Failing Model
- **Model name**: daily_delays
- **File**: pipeline/models.py
- **Line**: 41

## Failure Classification
runtime

## Root Cause
The import of 2026-11-22 turned `flights.dep_delay` from double into string; `clean_flights`
passes it on and `daily_delays` cannot average strings.
"""

DATA_REPORT = """# Data Evidence: nyc.flights

## Role in Failure
input to failing model

## Schema
```
COLUMN     TYPE    NULLABLE
year       long    true
dep_delay  string  true
```

## Row Count
336776

## Sample (20 rows)
```
year  dep_delay
2013  2.0
2013  4.0
```

## Anomalies
`dep_delay` is a string at the pinned ref; it was a double before the import.
"""

SUMMARY = f"""# Self-Healing Summary

## Job
{JOB} — failed on demo.dev at 2026-11-22T10:00:04Z

## What broke
`daily_delays` crashed because it averaged a column of strings.

## Why it broke
An import changed `flights.dep_delay` from double to string.

## What was fixed
- `a1b2c3d` Cast dep_delay to double in clean_flights (job 3f0c2a9e)

## Determinism
Deterministic — data ref pinned to {REF} ✅, Git SHA a1b2c3d pinned for code ✅.

## Prevention
`test_dep_delay_is_a_number` guards the type of `clean_flights.dep_delay`.

## Rerun result
Green
"""
