"""Heals every new failure once: finds it, claims it, and lets `self-heal run` do the rest.

Each healing is a process of its own with its own clone and home, so that nothing of it stays in the
watcher's memory. What a killed watcher left unfinished is gone on with when it starts again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from healer import claims, environment, heal, journal, outcome, places
from healer.failures import Failures
from healer.places import Place
from healer.progress import Progress
from self_heal.errors import BadInput, BauplanRefused, InTheWay

_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 20.0
_KINDS = {code: kind for kind, code in outcome.EXIT_CODES.items()}


class Rules(NamedTuple):
    """How a watcher works.

    `source` is the project, `folder` holds the clones, `options` go to each `self-heal run`.
    `at_once` bounds the healings that run at the same time, `hours` is the age at which a claim
    without an end is reported, `interval` are the seconds between two looks, `once` ends it when
    what is found now is healed.
    """

    source: Path
    folder: Path
    options: Sequence[str] = ()
    at_once: int = 2
    hours: float = 6.0
    interval: float = 60.0
    once: bool = False
    dry: bool = False


class Watcher:
    """One watcher of one user; there may be others, on other machines too."""

    def __init__(
        self, rules: Rules, failures: Failures, user: str, key: str, show: Progress
    ) -> None:
        self.rules = rules
        self._failures = failures
        self._user = user
        self._key = key
        self._show = show
        self._running: dict[str, tuple[Place, subprocess.Popen[bytes]]] = {}

    def run(self) -> int:
        """Watch until it is interrupted, or once; gives the number of healings that ended."""
        ended = 0
        try:
            while not self.rules.once:
                ended += self._look_and_survive() + self._pause()
            return self.look() + self._wait_for_all()
        finally:
            self._stop()

    def _look_and_survive(self) -> int:
        """One look; a platform that cannot be asked now is asked again at the next."""
        try:
            return self.look()
        except BauplanRefused as error:
            self._show("trouble", why=str(error))
            return 0

    def look(self) -> int:
        """Go on with what was left, claim and start what is new, as there is room, and name the
        claims that have no end; gives how many healings ended meanwhile.
        """
        ended = 0 if self.rules.dry else self._go_on()
        for job in self._failures.unclaimed():
            ended += self._room()
            if place := self._claimed(job):
                self._start(place)
        self._report_stale()
        return ended

    def _go_on(self) -> int:
        """Start what this folder's healings left; one that ended on its own is written down."""
        ended = 0
        for place in self._unfinished():
            if end := _end(place):
                self._ended(place, end)
                ended += 1
            else:
                ended += self._room()
                self._start(place)
        return ended

    def _claimed(self, job: str) -> Place | None:
        """The place for a job whose claim is ours; None when it is another's."""
        if self.rules.dry:
            self._failures.leave(job)
            self._show("claim", job=job, branch=f"{claims.branch_name(self._user, job)} (dry run)")
            return None
        place = places.make(self.rules.folder, job, self.rules.source)
        session = heal.new_session(job)
        project = place.project_in(self.rules.source)
        found = claims.claim(self._user, job, session, heal.folder_for(project))
        if not found.branch:
            place.remove()
            if found.final:
                self._failures.leave(job)
            self._show("skip", job=job, why=found.why)
            return None
        heal.begin(job, project, note=claims.note(found), session=session)
        place.begun(session)
        self._show("claim", job=job, branch=found.branch)
        return place

    def _start(self, place: Place) -> None:
        program = str(Path(sys.executable).with_name("self-heal"))
        command = [program, "run", "--resume", place.session, "--json", *self.rules.options]
        variables: Mapping[str, str] = {**os.environ, environment.KEY_VARIABLE: self._key}
        with place.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=place.repository,
                env=place.environment(variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._running[place.job] = (place, process)

    def _unfinished(self) -> Iterator[Place]:
        """Healings of this folder that were claimed, have no end, and do not run here."""
        for place in places.every(self.rules.folder):
            if place.session and not place.outcome and place.job not in self._running:
                yield place

    def _room(self) -> int:
        """Wait until one more healing may run; gives how many ended."""
        ended = self._reap()
        while len(self._running) >= self.rules.at_once:
            time.sleep(_LOOK_SECONDS)
            ended += self._reap()
        return ended

    def _reap(self) -> int:
        """Write down the ends of what has ended; another process's healing has none here."""
        done = [job for job, (_, process) in self._running.items() if process.poll() is not None]
        for job in done:
            place, process = self._running.pop(job)
            if process.returncode in (InTheWay.exit_code, outcome.EXIT_CODES[outcome.INTERRUPTED]):
                continue
            self._ended(place, _KINDS.get(process.returncode, outcome.ERROR))
        return len(done)

    def _ended(self, place: Place, kind: str) -> None:
        self._write_dossier(place)
        place.ended(kind)
        self._show("ended", job=place.job, outcome=kind, folder=str(place.folder))

    def _write_dossier(self, place: Place) -> None:
        """The page for a person; a healing without reports has none, and the log says so."""
        program = str(Path(sys.executable).with_name("self-heal"))
        with place.log.open("ab") as log:
            subprocess.run(
                [program, "dossier", str(place.repository), "--out", str(place.dossier)],
                env=place.environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )

    def _wait_for_all(self) -> int:
        ended = 0
        while self._running:
            ended += self._reap()
            time.sleep(_LOOK_SECONDS)
        return ended

    def _pause(self) -> int:
        until = time.monotonic() + self.rules.interval
        ended = 0
        while time.monotonic() < until:
            ended += self._reap()
            time.sleep(min(_LOOK_SECONDS, self.rules.interval))
        return ended

    def _report_stale(self) -> None:
        """Each old claim without an end once."""
        for stale in self._failures.stale(self.rules.hours):
            self._failures.leave(stale.job)
            if stale.job not in self._running and not Place(self.rules.folder / stale.job).outcome:
                self._show("stale", branch=stale.branch, job=stale.job, hours=self.rules.hours)

    def _stop(self) -> None:
        """End what is running; it can be resumed."""
        for _, process in self._running.values():
            process.terminate()
        for _, process in self._running.values():
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._reap()


def _end(place: Place) -> str:
    """How a healing ended that nobody waited for; `""` where it has not."""
    try:
        end = journal.outcome_of(place.session)
    except BadInput:  # it cannot be gone on with
        return outcome.ERROR
    return str(end["outcome"]) if end else ""
