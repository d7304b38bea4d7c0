"""Words: the coded values of the programme, and what each is called by whom.

A coded value (a state, a reason, a role) is one member of one enum. What people call it stands beside the enum, once
for each audience that reads it:

    class Level(Word):
        VILLAGE = "village"
        ...

    called(Level, DESK, {Level.VILLAGE: "village", ...})

The desk, the papers that it prints and the audit trail are read in French by staff. The line and SMS are read by
callers in each language there is: there a label is a msgid, and the catalogues say it. `tests/core/text/test_words.py`
walks every enum and every language and fails for a value without a label.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, Final, TypeVar

from core.platform.errors import JigiError


class Code(StrEnum):
    """A coded value that only programs read: it has no label."""


class Word(StrEnum):
    """A coded value that people read: it has a label for each audience that meets it."""


class Readership(Enum):
    """Who reads a label."""

    DESK = "desk"
    """Staff, in French."""
    PAPER = "paper"
    """Staff, village committees and agencies, in French: printed lists and exports."""
    LINE = "line"
    """Callers, on a screen or in an SMS: the label is a msgid that each catalogue has."""
    COMMAND = "command"
    """Operators at the command, in English."""
    COUNT = "count"
    """Staff, in French, beside a number of them: in the plural."""


DESK: Final = Readership.DESK
PAPER: Final = Readership.PAPER
LINE: Final = Readership.LINE
COMMAND: Final = Readership.COMMAND
COUNT: Final = Readership.COUNT

_AS_THE_DESK: Final = frozenset({PAPER, COUNT})
"""Audiences that read the words of the desk where they have none of their own."""

W = TypeVar("W", bound=Word)
_labels: dict[tuple[type[Word], Readership], Mapping[Any, str]] = {}


class NoLabel(JigiError, LookupError):
    """A value has no label for this audience."""


def called(kind: type[W], audience: Readership, labels: Mapping[W, str]) -> Mapping[W, str]:
    """Say what an audience calls the values of an enum, and give the labels back.

    Raises NoLabel for a value without one, so that the program does not start.
    """
    missing = [member.value for member in kind if member not in labels]
    if missing:
        raise NoLabel(f"{kind.__name__} for {audience.value}: {', '.join(missing)}")
    _labels[kind, audience] = labels
    return labels


def label(value: Word, audience: Readership) -> str:
    """What an audience calls a value; on paper and beside a number, the words of the desk where there are no others.

    Raises NoLabel.
    """
    kind = type(value)
    labels = _labels.get((kind, audience)) or (_labels.get((kind, DESK)) if audience in _AS_THE_DESK else None)
    if labels is None:
        raise NoLabel(f"{kind.__name__} is never said to {audience.value}")
    return labels[value]


def audiences(kind: type[Word]) -> Mapping[Readership, Mapping[Any, str]]:
    """Every audience that reads the values of an enum, with its labels."""
    return {audience: labels for (each, audience), labels in _labels.items() if each is kind}
