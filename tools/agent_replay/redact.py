"""Takes secrets and the machine's folders out of what is written down, and looks for any left.

Masked are: what the guard's own audit masks, issued keys of known forms, the keys in the person's
Bauplan configuration, and the values of secret variables. The home folder becomes `~`.
"""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_replay.packing import packed, unpacked
from agent_replay.transcript import Redaction
from pipeline_guard import audit

MASK = audit.MASK
HOME = "~"
PACKED = "packed"
_PACKED_IN = re.compile(rf'"{PACKED}": ?"([\w+/]+=*)"')
_SHORTEST = 8
_FORMS = {
    "issued key": re.compile(
        r"\b(?:sk-[\w-]{16,}|(?:ghp|gho|ghs|github_pat|xox[abp])[-_][\w-]{12,}"
        r"|(?:AKIA|ASIA)[A-Z0-9]{12,}|bpln[-_](?!job_id|tx)[\w-]{16,})"
    ),
    "web token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+"),
    "private key": re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*KEY-----"
    ),
    "authorization": re.compile(r"(?i)(?<=bearer )[\w.~+/=-]{8,}|(?<=basic )[\w+/]{12,}={0,2}"),
    "assigned secret": re.compile(
        r"(?i)(?:api[_-]?key|token|secret|passw(?:or)?d|credential)s?[\"']?\s*[=:]\s*[\"']?"
        r"(?!\*\*\*)(?P<value>[\w.~+/=-]{8,})"
    ),
}


class Redactor:
    """Masks values one after the other and counts what it masked.

    `folders` are further ones than the home folder, with what to write instead.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        folders: Mapping[str, str] | None = None,
    ) -> None:
        known = os.environ if environment is None else environment
        self._folders = {**(folders or {}), known.get("HOME", ""): HOME}
        self._values = sorted(_secrets(known), key=len, reverse=True)
        self.counts: Counter[str] = Counter()

    def text(self, text: str) -> str:
        """The text without secrets."""
        for value in self._values:
            text = self._replaced("secret value", value, MASK, text)
        for what, form in _FORMS.items():
            text, count = form.subn(_mask, text)
            self._count(what, count)
        for folder, name in self._folders.items():
            if len(folder) > 1:
                text = self._replaced(f"folder {name}", folder, name, text)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it, keys too, masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                self.text(str(key)): self._packed(item) if key == PACKED else self.value(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return value

    @property
    def redactions(self) -> tuple[Redaction, ...]:
        """What was masked so far."""
        return tuple(Redaction(what=what, count=n) for what, n in sorted(self.counts.items()))

    def _packed(self, text: Any) -> Any:
        """Packed bytes without secrets: an archive stays one, for no length changes in it."""
        if (data := _inside(text)) is None:
            return self.value(text)
        for value in self._values:
            data = self._replaced("secret value", value, "*" * len(value), data)
        for what, form in _FORMS.items():
            data, count = form.subn(_starred, data)
            self._count(what, count)
        return packed(data.encode("latin-1"))

    def _replaced(self, what: str, old: str, new: str, text: str) -> str:
        self._count(what, text.count(old))
        return text.replace(old, new)

    def _count(self, what: str, count: int) -> None:
        if count:
            self.counts[what] += count


def scan(text: str, environment: Mapping[str, str] | None = None) -> list[str]:
    """What still looks like a secret, as `line N: kind`, never the secret itself."""
    values = _secrets(os.environ if environment is None else environment)
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        line += "".join(_inside(one) or "" for one in _PACKED_IN.findall(line))
        kinds = [what for what, form in _FORMS.items() if form.search(line)]
        kinds += ["secret value"] * any(value in line for value in values)
        found += [f"line {number}: {kind}" for kind in kinds]
    return found


def _mask(match: re.Match[str]) -> str:
    value = match.groupdict().get("value")
    return match[0].removesuffix(value) + MASK if value else MASK


def _inside(text: Any) -> str | None:
    """What was packed, a character a byte; None for anything else."""
    try:
        return unpacked(text).decode("latin-1") if isinstance(text, str) and text else None
    except (ValueError, zlib.error):
        return None


def _starred(match: re.Match[str]) -> str:
    """The same length without the secret."""
    value = match.groupdict().get("value") or match[0]
    return match[0].removesuffix(value) + "*" * len(value)


def _secrets(environment: Mapping[str, str]) -> set[str]:
    """The values of secret variables and the keys in the Bauplan configuration."""
    names = re.compile(r"(?i)key|token|secret|passw|credential")
    found = {value for name, value in environment.items() if names.search(name)}
    for name in ("config.yml", "config.yaml"):
        path = Path(environment.get("HOME") or "/nonexistent") / ".bauplan" / name
        if path.is_file():
            found |= set(re.findall(r"(?m)api_key:\s*[\"']?([^\s\"']+)", path.read_text()))
    return {value for value in found if len(value) >= _SHORTEST}
