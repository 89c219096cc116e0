"""Shell text as documents show it, taken apart just far enough to find simple commands.

Not the guard's shell grammar, which refuses what it does not know: a document may show anything,
and only what begins with the program's name matters.
"""

from __future__ import annotations

from collections.abc import Iterator

_ENDS = frozenset("\n;|&()")
_PROMPTS = ("$", "%", ">", "#")
_WRAPPERS = frozenset(
    "command env exec nohup nice time timeout sudo uv run --no-sync xargs then do else !".split()
)


def is_open(text: str) -> bool:
    """Whether a quote or a line that is continued is still open at the end."""
    quote = ""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif character in "\"'" and quote in ("", character):
            quote = "" if quote else character
    return bool(quote) or escaped


def simple_commands(text: str) -> Iterator[str]:
    """The parts between `;`, `|`, `&&`, line ends and brackets, outside quotes; no comments."""
    quote, part, before = "", "", " "
    for character in text.replace("\\\n", " "):
        if quote:
            ends = character == quote and (before != "\\" or quote == "'")
            quote = "" if ends else quote
        elif character in "\"'" and before != "\\":
            quote = character
        elif character == "#" and before.isspace():
            quote = "\n"  # a comment ends with its line
        if character in _ENDS and not quote:
            yield part.strip()
            part, before = "", " "
            continue
        if quote != "\n":
            part += character
        before = character
    yield part.strip()


def invocation(command: str, program: str) -> str:
    """The command from the program's name on, without prompt, assignments and wrappers.

    The program may be named by a path. "" where the command runs something else.
    """
    words = command.split()
    for place, word in enumerate(words):
        if word == program or word.endswith(f"/{program}"):
            rest = command.split(None, place)[place]
            return program + rest[len(word) :]
        if not (word in _WRAPPERS or word in _PROMPTS or "=" in word or word[:1].isdigit()):
            return ""
    return ""
