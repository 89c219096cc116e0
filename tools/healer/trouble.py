"""What can go wrong with a request to the model, and what it means for a healing."""

from __future__ import annotations

import re

import anthropic

from self_heal.errors import MissingKey, ModelFailed

_PASSING = frozenset({"overloaded_error", "api_error", "rate_limit_error", "timeout_error"})
_BOUND = re.compile(r"signature.*thinking|thinking.*(bound|cannot be modified)")


class TooLong(Exception):
    """The conversation does not fit into the model's window."""


class Foreign(Exception):
    """Thinking in the conversation is bound to another one: what came before it has changed."""


class BrokenOff(Exception):
    """A stream ended before its message did."""


def may_pass(error: Exception) -> bool:
    """Whether the same request may do better: the client has not tried it again already."""
    if isinstance(error, anthropic.APIStatusError):
        return error.status_code == 200 and _kind(error) in _PASSING
    return True


def _kind(error: anthropic.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    found = body.get("error")
    return str(found.get("type", "")) if isinstance(found, dict) else ""


def words(error: Exception) -> str:
    """The API's own words, with the status where it says something."""
    if isinstance(error, anthropic.APIStatusError):
        body = error.body if isinstance(error.body, dict) else {}
        found = body.get("error")
        said = found.get("message") if isinstance(found, dict) else None
        number = "" if error.status_code == 200 else f" ({error.status_code})"
        return f"{said or error.message}{number}"
    return " ".join(str(error).split()) or type(error).__name__


def final(error: Exception) -> Exception:
    """What is raised after the last attempt: TooLong, Foreign, or an error for a person."""
    said = words(error)[:400].rstrip(".")
    if isinstance(error, (anthropic.AuthenticationError, anthropic.PermissionDeniedError)):
        return MissingKey(f"The API key is not accepted: {said}.")
    if isinstance(error, anthropic.NotFoundError):
        return ModelFailed(f"The model is not known: {said}; name another with --model.")
    too_large = isinstance(error, anthropic.RequestTooLargeError)
    if too_large or (isinstance(error, anthropic.BadRequestError) and "too long" in said):
        return TooLong(said)
    if isinstance(error, anthropic.BadRequestError) and _BOUND.search(said):
        return Foreign(said)
    return ModelFailed(f"The model's API gives no answer: {said}.")
