"""Bytes that are no text, such as an archive, as a field of a transcript: zlib, then base64."""

from __future__ import annotations

import base64
import zlib


def packed(data: bytes) -> str:
    """The bytes as a text."""
    return base64.b64encode(zlib.compress(data, 9)).decode()


def unpacked(text: str) -> bytes:
    """The bytes that `packed` was given."""
    return zlib.decompress(base64.b64decode(text))
