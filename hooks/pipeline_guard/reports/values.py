"""The values inside a report's text: refs, counts, choices, results, commits.

Each reader takes plain text (markup already removed) and returns the value in its one canonical
form, or the text itself where it is none, so that the schema can say what was found instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

NOT_PINNED = "not pinned"
PENDING = "pending"

_PINNED = re.compile(r"(?<![\w./-])([A-Za-z0-9][\w./-]*)?@([0-9a-f]{64})(?![0-9A-Za-z])")
_HASH = re.compile(r"(?<![\w@])[0-9a-f]{64}(?!\w)")
_TAG = re.compile(r"tag[:\s]+([\w.-]+)|([\w.-]+)\s*\(tag\)", re.I)
_LABEL = re.compile(
    r"(failure )?(classification|role( in failure)?|result|rerun( result)?|claim)\s*:\s*", re.I
)
_COUNT = re.compile(
    r"(?<![\w.,@~+-])(\d{1,3}(?:[,_ ]\d{3})+|\d+)(?![\w@]|[.,]\d|\s*(?:%|million|k\b))"
)
_ABOUT = re.compile(
    r"(about|approx\w*\.?|roughly|around|nearly|over|more than|at least|~|≈)\s*$", re.I
)
_COMMIT = re.compile(r"(?<![\w@/.-])([0-9a-f]{7,40})(?![\w@/-])")
_RESULT = re.compile(r"(green|failed)\b\s*(.*)", re.I | re.S)
_REASON = re.compile(r"^[\s—–:;,.-]*")


def ref(text: str, tags: Collection[str] = ()) -> str:
    """`branch@<64 hex>`, `@<64 hex>`, `tag <name>` or `not pinned`, whatever stands around it."""
    words = text.strip().strip("`'\"*_ ")
    if words.lower().startswith(NOT_PINNED):
        return NOT_PINNED
    if match := _PINNED.search(words):
        return match.group()
    if match := _HASH.search(words):
        return f"@{match.group()}"
    if match := _TAG.match(words):
        return f"tag {match.group(1) or match.group(2)}"
    return f"tag {words}" if words in tags else words


def absent_at(text: str) -> str:
    """The ref of a `not present at <ref>`, or an empty string."""
    match = re.search(r"not present at\s+(.+)", text, re.I)
    return ref(match.group(1)) if match else ""


def choice(text: str, options: Iterable[str]) -> str:
    """The one option that the text begins with; a list of several options is none of them."""
    words = _spoken(text)
    named = [option for option in options if re.match(rf"{re.escape(option)}(?!\w)", words)]
    if not named:
        return PENDING if re.match(r"pending\b", words) else text.strip()
    rest = words[len(named[0]) :]
    also = "|".join(re.escape(option) for option in options if option != named[0])
    return text.strip() if re.match(rf'"?\s*([,/|]|or\b|and\b)\W*({also})', rest) else named[0]


def _spoken(text: str) -> str:
    """Lower case, without label, articles and spaced slashes: `Role: Input to the failing…`."""
    words = " ".join(text.split()).lower()
    words = re.sub(r"^\W+", "", words)
    words = _LABEL.sub("", words, count=1) if _LABEL.match(words) else words
    words = re.sub(r"^\W+", "", words).replace("best effort", "best-effort")
    return re.sub(r"\s*/\s*", "/", re.sub(r"\bthe ", "", words))


def count(text: str) -> int | None:
    """The one exact number that the text tells (`336,776 rows`), None for none or a guess.

    Queries that are quoted beside their result do not count, only what they returned; pasted
    output has its number on a line of its own, which wins over numbers in prose.
    """
    lines = [_answer(line) for line in text.splitlines()]
    lone = [line for line in lines if re.fullmatch(r"[\W_]*\d[\d,_ ]*[\W_]*", line)]
    for line in [*lone, *lines]:
        if match := _COUNT.search(line):
            guess = _ABOUT.search(line[: match.start()])
            return None if guess else int(re.sub(r"\D", "", match.group(1)))
    return None


def _answer(line: str) -> str:
    """A line without the query that it quotes: what stands behind the arrow or the verb."""
    if not re.search(r"\bselect\b", line, re.I):
        return line
    return (re.split(r"→|[-=]>|\breturn(?:s|ed)\b|\bgives?\b", line, flags=re.I)[1:] or [""])[-1]


def result(text: str) -> dict[str, str]:
    """`{"result": green|failed|blocked, "reason": …}` of a rerun."""
    words = re.sub(r"^\W+", "", text.strip())
    words = _LABEL.sub("", words, count=1) if _LABEL.match(words) else words
    match = _RESULT.match(re.sub(r"^\W+", "", words))
    if not match or re.match(r"\W*(or|and)\W+(green|failed)\b", match.group(2), re.I):
        return {"result": text.strip(), "reason": ""}
    outcome, reason = match.group(1).lower(), _REASON.sub("", match.group(2))
    if outcome == "failed" and re.match(r"blocked\b", reason, re.I):
        return {"result": "blocked", "reason": _REASON.sub("", reason[len("blocked") :])}
    return {"result": outcome, "reason": reason}


def model(text: str) -> str:
    """A model's name, or `none` where the report says that none is named."""
    words = text.strip().strip("`'\"* ")
    if re.match(r"(none|not named|no model|n/a)\b", words, re.I):
        return "none"
    match = re.match(r"[A-Za-z_][\w.]*(?=$|[\s`(,;—–-])", words)
    return match.group() if match else words


def commits(text: str) -> list[str]:
    """The git commits that a text names, by hash or abbreviation; words and counts are none."""
    found = (match.group(1) for match in _COMMIT.finditer(text))
    return [
        sha for sha in found if re.search(r"\d", sha) and (re.search(r"[a-f]", sha) or len(sha) > 9)
    ]
