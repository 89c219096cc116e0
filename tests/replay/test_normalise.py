"""What may differ between two runs, and that nothing else does."""

from __future__ import annotations

import pytest

from agent_replay.normalise import Bindings, plain

ONE, TWO = "14d6f635-9184-4820-8b69-3efc519d7d87", "2ea41e3b-a89f-4e03-a7d8-bc861e540620"
HASH, OTHER = "ab1" * 21 + "c", "cd2" * 21 + "e"


@pytest.mark.parametrize(
    ("recorded", "actual"),
    [
        (f"job {ONE} ended", f"job {TWO} ended"),
        (f"main@{HASH}", f"main@{OTHER}"),
        ("[debug/x 1a2b3c4] Fix", "[debug/x 1234567] Fix"),
        ("[debug/x 1234567] Fix", "[debug/x 1a2b3c4] Fix"),
        ("\x1b[2m2026-11-22T11:21:46Z\x1b[0m", "\x1b[2m2027-01-02T01:02:03Z\x1b[0m"),
        ("took 1.2 s", "took 17 ms"),
        ("at http://127.0.0.1:4000/", "at http://127.0.0.1:51234/"),
    ],
)
def test_what_is_declared_may_differ(recorded: str, actual: str) -> None:
    """Ids, hashes and their beginnings, times, durations, addresses."""
    assert Bindings().same(recorded, actual)


@pytest.mark.parametrize(
    ("recorded", "actual"),
    [
        ("336776 rows", "336775 rows"),
        ("1234567 rows", "1234568 rows"),
        ("status Failed", "status Complete"),
        ("facade", "decade"),
        (f"job {ONE}", f"job {HASH}"),
        ("a\n", "a"),
    ],
)
def test_nothing_else_may(recorded: str, actual: str) -> None:
    """A count is no hash, a word is no hash, an id is no hash."""
    assert not Bindings().same(recorded, actual)


def test_an_id_stands_for_one_id_all_the_way_through() -> None:
    """The same one again is the same; another one for it, or it for another, is not."""
    known = Bindings()
    assert known.same(f"job {ONE}", f"job {TWO}")
    assert not known.same(f"job {ONE}", f"job {ONE}")
    assert known.translated({"command": [f"get {ONE}", f"debug/bpln_{ONE[:8]}"]}) == {
        "command": [f"get {TWO}", f"debug/bpln_{TWO[:8]}"]
    }
    assert known.unseen({"a": [f"{ONE} {HASH}"]}) == [HASH]


def test_a_short_hash_of_digits_alone_is_one_where_it_was_shown() -> None:
    """Among 27 short hashes is one like that; elsewhere such a word is a count."""
    known = Bindings()
    assert not known.same("1234567 Fix", "1a2b3c4 Fix")
    assert known.same("[debug/x 1234567] Fix", "[debug/x 1a2b3c4] Fix")
    assert known.same("1234567 Fix", "1a2b3c4 Fix")
    assert not known.same("1234567 Fix", "ffffff1 Fix")
    assert known.translated("git show 1234567") == "git show 1a2b3c4"


def test_the_sessions_folder_may_lie_elsewhere() -> None:
    """In results and in arguments."""
    known = Bindings()
    known.path("/workspace/repository", "/tmp/x/repository")
    assert known.same("in /workspace/repository/a", "in /tmp/x/repository/a")
    assert known.translated("cat /workspace/repository/a") == "cat /tmp/x/repository/a"


def test_a_text_without_what_may_differ() -> None:
    """What files are compared by."""
    assert plain(f"job {ONE} at 2026-01-01 10:00") == "job <id> at <time>"
