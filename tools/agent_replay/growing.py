"""A transcript that grows while its session goes on."""

from __future__ import annotations

import os
from pathlib import Path

from agent_replay import transcript as transcripts
from agent_replay.transcript import BadTranscript, End, Header, Line, Turn, dump
from self_heal.errors import InTheWay


class Growing:
    """Each line is whole on disk before the next: whatever ends the writer, what is there is a
    valid transcript without an end.
    """

    def __init__(self, path: Path, header: Header) -> None:
        """Begin a file; raises InTheWay where there is one, BadTranscript where none can be."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("x", encoding="utf-8")
        except FileExistsError:
            raise InTheWay(f"{path} exists: name another file.") from None
        except OSError as error:
            raise BadTranscript(f"{path} cannot be written: {error.strerror}") from error
        self.turns = 0
        self._write(Line(header=header))

    @classmethod
    def again(cls, path: Path) -> Growing:
        """Go on with a file: an unfinished line is cut off, and an end that was none.

        Raises BadTranscript where it is damaged.
        """
        known = transcripts.read(path)
        growing = cls.__new__(cls)
        growing.turns = len(known.turns)
        growing._file = path.open("a", encoding="utf-8")
        whole = path.read_bytes().rpartition(b"\n")[0].split(b"\n")
        kept = whole[:-1] if known.end else whole
        growing._file.truncate(sum(len(line) + 1 for line in kept))
        return growing

    def turn(self, turn: Turn) -> None:
        """A call has ended."""
        self._write(Line(turn=turn))
        self.turns += 1

    def end(self, end: End) -> None:
        """The session is over."""
        self._write(Line(end=end))

    def close(self) -> None:
        """Nothing more is written now."""
        self._file.close()

    def _write(self, line: Line) -> None:
        self._file.write(dump(line))
        self._file.flush()
        os.fsync(self._file.fileno())
