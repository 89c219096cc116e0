"""`python -m self_heal.reference PROGRAM VERSION FILE`: how the guard has a reference built."""

from __future__ import annotations

import sys

from self_heal.errors import SelfHealError
from self_heal.reference import store


def main(program: str, version: str, file: str) -> int:
    """Build the reference of this program, which must be of this version, and write it."""
    try:
        store.write(store.build_like_known(program, version), file)
    except SelfHealError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
