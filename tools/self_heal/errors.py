"""Every error a person can meet: one clear sentence with what to do next, one exit code each."""

from __future__ import annotations


class SelfHealError(Exception):
    """The root: shown as one line on standard error, never as a traceback.

    Exit codes 1 and 2 are left to a check that did not hold and to wrong usage.
    """

    exit_code = 1


class CheckFailed(SelfHealError):
    """Something was checked and does not hold: a report, a proof, a healing."""


class MissingProgram(SelfHealError):
    """A program that the work needs is not installed, or is of another version."""

    exit_code = 3


class BadInput(SelfHealError):
    """A file or folder that was given is missing, damaged or of the wrong form."""

    exit_code = 4


class InTheWay(SelfHealError):
    """Something exists already and would be overwritten."""

    exit_code = 5


class PortInUse(SelfHealError):
    """Another program listens on the port that was asked for."""

    exit_code = 6


class LakehouseFailed(SelfHealError):
    """The fake lakehouse did not start, or stopped answering."""

    exit_code = 7


class BauplanRefused(SelfHealError):
    """The real `bauplan` program answered with an error, or not in time."""

    exit_code = 8


class NotForAgents(SelfHealError):
    """Only a person may do this, in a terminal of their own."""

    exit_code = 9


class NotHealed(SelfHealError):
    """A headless healing ended without a green rerun and valid reports; the blocker is named."""

    exit_code = 10


class ModelRefused(SelfHealError):
    """The model declined to go on with a healing: its own policy forbids it."""

    exit_code = 11


class BudgetSpent(SelfHealError):
    """A healing reached one of its limits: tokens, money, turns or minutes."""

    exit_code = 12


class ModelFailed(SelfHealError):
    """The model's API cannot be reached, or answers with errors only."""

    exit_code = 13


class MissingKey(SelfHealError):
    """There is no API key for the model, or it is not accepted."""

    exit_code = 14


class NoPermission(SelfHealError):
    """A file or folder may not be read or written by this user."""

    exit_code = 15
