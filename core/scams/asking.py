"""How a text asks a person for something, and how it does not: what the guard knows of French, and `not` in Bambara.

A sentence that says that nobody may ask, that warns of somebody who does, or that tells what the person is given, asks
for nothing. In doubt it asks: staff can say it in other words.
"""

import re
from dataclasses import dataclass
from typing import Final

from core.scams.heard import PAUSE, Sentence

DEMAND: Final = r"(?:vous|te|t) demand(?:e|er|ent|era|eront)|demand(?:ent|era|eront)"
"""Somebody asks, or will."""

INFINITIVE: Final = re.compile(r"(?:er|ir|re)$")
TO_THE_PERSON: Final = re.compile(r"\b(?:vous|te|t|leur|lui)(?: le| la| l| les| y| en)? $")
HAVING: Final = re.compile(
    r"\b(?:a|as|ai|ont|avez|avons|aviez|avait|est|ete|etait|sera|seront|serez|seras|serai|soyez|etes|sommes|sont) $"
)
"""What stands before a verb that was done, not asked for."""

BAMBARA_NOT: Final = re.compile(r"\b(?:kana|man|te|tena|si|ma)\b")

_WARNING: Final = re.compile(
    rf"\b(?:si|s|quand|lorsque|qui|quiconque|ceux|celui|celle|gens|mefiez|escrocs?|voleurs?)\b[^{PAUSE}]*$"
)
_DENIAL: Final = re.compile(
    r"\b(?:ne|n|jamais|personne|nul|nulle|aucun|aucune|sans|ni|interdit|pas besoin|inutile|pas)\b"
    rf"(?: (?!mais\b|et\b|puis\b|alors\b)[^ {PAUSE}]+){{0,4}} $"
)
_DENIED_AGAIN: Final = re.compile(
    r"\b(?:oubli\w+|hesit\w+|manqu\w+|tard\w+|craign\w+|peur|refus\w+|attend\w+)\b|\b(?:ne|n)\b.*\bsans\b"
)
"""`N'oubliez pas de…` and `Ne partez pas sans…` ask all the same."""

_BEFORE_THE_DENIAL: Final = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, from where to where it stands in the text."""

    start: int
    end: int


def asked(sentence: Sentence, start: int, end: int) -> Asked:
    """What stands from `start` to `end` in the plain words of a sentence."""
    return Asked(*sentence.span(start, end))


def denied(before: str) -> bool:
    """Whether these words before a verb say that it is not done."""
    denial = _DENIAL.search(before)
    return denial is not None and not _DENIED_AGAIN.search(before, max(0, denial.start() - _BEFORE_THE_DENIAL))


def is_a_warning(sentence: Sentence, before: str) -> bool:
    """Whether these words before a demand say that it is somebody else's: `Si on vous demande…`."""
    return _WARNING.search(before) is not None or (sentence.asks and "quelqu" in before)


def clause_before(plain: str, at: int) -> str:
    """What stands before a place, back to the pause."""
    return plain[:at].rpartition(PAUSE)[2]


def clause_behind(plain: str, at: int) -> str:
    """What stands behind a place, up to the pause."""
    return plain[at:].partition(PAUSE)[0]
