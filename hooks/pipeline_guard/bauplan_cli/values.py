"""Whether a word is a value that the parser of `bauplan` takes, by the kinds of a reference.

Integers and URLs follow the Rust parsers the program uses; where a URL is odd (a host in
brackets, an escaped host) this is stricter than they are.
"""

from __future__ import annotations

from pipeline_guard.bauplan_cli.reference import Value

_LONGEST_NUMBER = 20  # the digits of 2**64
_WEB = frozenset(("http", "https", "ws", "wss", "ftp"))
_NOT_IN_HOST = frozenset(" #/:<>?@[\\]^|%\x7f") | {chr(code) for code in range(32)}
_ALSO_IN_SCHEME = frozenset("+-.")
_C0_AND_SPACE = "".join(chr(code) for code in range(33))


def objection(value: Value, text: str) -> str:
    """Why the parser refuses this text, as one clause; "" when it takes it."""
    if value.kind == "string":
        return ""
    if value.kind == "choice":
        return "" if _is_choice(value, text) else f"it must be one of {', '.join(value.choices)}"
    if text == "":
        return "it must not be empty"
    if value.kind == "integer":
        taken = _is_integer(value, text)
        return "" if taken else f"it must be a whole number from {value.min} to {value.max}"
    if value.kind == "pair":
        return "" if "=" in text else "it must have the form key=value"
    if value.kind == "url":
        return "" if _is_url(text) else "it must be a whole URL such as s3://bucket/path/*.parquet"
    return ""


def _is_choice(value: Value, text: str) -> bool:
    if not value.ignore_case:
        return text in value.choices or text in value.hidden_choices
    lower = text.lower()
    return any(lower == choice.lower() for choice in (*value.choices, *value.hidden_choices))


def _is_integer(value: Value, text: str) -> bool:
    negative = text[0] == "-" and value.min < 0
    digits = text[1:] if negative or text[0] == "+" else text
    if not (digits.isascii() and digits.isdigit()):
        return False
    size = digits.lstrip("0") or "0"
    if len(size) > _LONGEST_NUMBER:
        return False
    return value.min <= (-int(size) if negative else int(size)) <= value.max


def _is_url(text: str) -> bool:
    clean = text.strip(_C0_AND_SPACE).translate({9: None, 10: None, 13: None})
    scheme, colon, rest = clean.partition(":")
    plain = scheme.isascii() and scheme[:1].isalpha()
    if not (colon and plain and all(c.isalnum() or c in _ALSO_IN_SCHEME for c in scheme)):
        return False
    if scheme.lower() in _WEB:
        return _is_authority(rest.lstrip("/\\").replace("\\", "/"), must=True)
    return not rest.startswith("//") or _is_authority(rest[2:], must=False)


def _is_authority(rest: str, *, must: bool) -> bool:
    """Whether `user@host:port` before the path is sound; `must` where a host is needed."""
    end = min((rest.index(mark) for mark in "/?#" if mark in rest), default=len(rest))
    user, at, place = rest[:end].rpartition("@")
    host, colon, port = place.partition(":")
    if not host:
        return not (must or at or colon or user)
    if port and not (port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
        return False
    return not any(c in _NOT_IN_HOST for c in host)
