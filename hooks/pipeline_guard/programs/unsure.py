"""A word of an argv that nobody can know before it runs."""

from __future__ import annotations


class Unsure(str):
    """A word whose value is not known before it runs; the text is what was written.

    `many` is True where it stands unquoted, so that it may become several words or none; `lead`
    is the part before the first unknown one.
    """

    __slots__ = ("lead", "many")
    many: bool
    lead: str

    def __new__(cls, written: str, many: bool = False, lead: str = "") -> Unsure:
        """Keep the written text, for messages."""
        word = super().__new__(cls, written)
        word.many, word.lead = many, lead
        return word

    @property
    def may_be_option(self) -> bool:
        """Whether it could begin with a `-` once it is known."""
        return self.many or not self.lead or self.lead.startswith("-")


class Fed(Unsure):
    """A word that `xargs` takes from its input; `many` where it appends all there are."""
