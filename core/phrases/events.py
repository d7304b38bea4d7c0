"""What is said of the events of a component, the same on a screen and at the desk."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from core.phrases.telling import day_told
from core.registry.components import ComponentCode
from core.registry.events import EventCard
from core.text.languages import in_language
from core.text.translator import Amount, Translator
from core.text.words import LINE, label

MOST: Final = 3
"""Events of one day that are said; a day with more is told by its first ones."""


def events_told(
    translator: Translator, component: ComponentCode, events: Sequence[EventCard], today: date
) -> list[str]:
    """What is said of the next events of a component, in blocks: each event, and its wage after the last that pays it.

    What it is is said where that is not the component's own name, and once where it is the same again.
    """
    blocks: list[str] = []
    said, wage = translator.t(label(component, LINE)), None
    for event in events[:MOST]:
        if wage and event.wage_xof != wage:
            blocks.append(_wage(translator, wage))
        what = in_language(event.what, translator.language)
        again = what.casefold() == said.casefold()
        blocks.append("\n".join(_event(translator, event, "" if again else what, today)))
        said, wage = what, event.wage_xof
    return [*blocks, _wage(translator, wage)] if wage else blocks


def _event(translator: Translator, event: EventCard, what: str, today: date) -> list[str]:
    """Each thing on a line of its own, which no page cuts."""
    place = translator.t("Place: {place}", place=event.place)
    lines = [what, day_told(translator, event.date, today), place, _hours(translator, event)]
    return [line for line in lines if line]


def _wage(translator: Translator, xof: int) -> str:
    return translator.t("One day of work: {amount}", amount=Amount(xof))


def _hours(translator: Translator, event: EventCard) -> str:
    """From when to when; '' where the file names no hour. No line is a bare `9 h`: that reads as a key to press."""
    if event.begin is None:
        return ""
    if event.end is None:
        return translator.t("at {begin}", begin=event.begin)
    return translator.t("from {begin} to {end}", begin=event.begin, end=event.end)
