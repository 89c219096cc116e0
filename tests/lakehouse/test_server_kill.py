"""`kill -9` loses nothing that was acknowledged, and leaves nothing half-written."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

CHURN = Path(__file__).with_name("churn.py")
KILLS = 20


def test_a_killed_lakehouse_has_every_acknowledged_change(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    done = subprocess.run(
        [sys.executable, CHURN, tmp_path / "lakehouse", str(KILLS), str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{KILLS} kills")
