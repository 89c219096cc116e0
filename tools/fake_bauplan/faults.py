"""Failures on request, for tests of what clients do about them. Off unless somebody asks.

A fault names a call: a gRPC call (`QueryRun`), a REST call (`GET /catalog/v0/branches`), a fetch
of a result (`DoGet`) or a model by `model:<name>`; `*` and `?` match as in file names.
"""

from __future__ import annotations

import fnmatch
import re
import threading
import time
from typing import Literal, NamedTuple, get_args

from fake_bauplan.errors import BadRequest, PlatformError

Kind = Literal["latency", "error", "drop", "hang"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORM = re.compile(r"(?P<call>.+?)=(?P<kind>[a-z]+)(?::(?P<amount>[\d.]+))?(?:x(?P<times>\d+))?")
DEFAULTS = {"latency": 1.0, "error": 503.0, "drop": 1.0, "hang": 0.0}


class Fault(NamedTuple):
    """One kind of failure of one kind of call.

    `amount` is seconds for `latency`, the HTTP status for `error`, for `drop` the messages that
    still arrive. `error` and `hang` (until cancelled) also apply to models. `times` counts down
    with each call that is hit; 0 is for ever.
    """

    call: str
    kind: Kind
    amount: float
    times: int = 1


class Injected(PlatformError):
    """The failure that a fault asked for."""

    type = "INJECTED_FAULT"

    def __init__(self, call: str, status: int) -> None:
        super().__init__(f"{call} failed by an injected fault")
        self.status = status


def parse(text: str) -> Fault:
    """`QueryRun=error:503x2` or `model:clean=hang`; raises BadRequest for anything else."""
    found = FORM.fullmatch(text)
    kind = next((kind for kind in KINDS if found and kind == found["kind"]), None)
    if found is None or kind is None:
        raise BadRequest(
            f"{text!r} is no fault such as QueryRun=latency:0.5x3 (kinds: {', '.join(KINDS)})"
        )
    amount = float(found["amount"]) if found["amount"] else DEFAULTS[kind]
    return Fault(found["call"], kind, amount, int(found["times"] or 0))


class Faults:
    """The faults of one lakehouse; safe to use from many threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, *faults: Fault) -> None:
        """From now on these happen."""
        with self._lock:
            self._faults += faults

    def clear(self) -> None:
        """No more failures."""
        with self._lock:
            self._faults.clear()

    def take(self, call: str, kind: Kind) -> Fault | None:
        """The fault that hits this call now, counted down; None for most calls."""
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.kind == kind and fnmatch.fnmatchcase(call, fault.call):
                    if fault.times == 1:
                        del self._faults[place]
                    elif fault.times:
                        self._faults[place] = fault._replace(times=fault.times - 1)
                    return fault
        return None

    def strike(self, call: str) -> None:
        """Delay the call, or raise Injected, if a fault says so."""
        slow = self.take(call, "latency")
        if slow is not None:
            time.sleep(slow.amount)
        broken = self.take(call, "error")
        if broken is not None:
            raise Injected(call, int(broken.amount))
