"""How short the line is: lines and septets of its pages, and the keys that lead to each screen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.text.alphabet import Alphabet
from proof.walk import Visit

LINES: Final = 6
"""Lines that a small phone shows at once."""

LEAST_SHARE: Final = 0.9
"""The share of pages that must have no more; the others are lists and sums that are better whole."""

NEAREST: Final[Mapping[int, str]] = {
    0: """
        first_language home phone_asks which_household
    """,
    1: """
        commune_by complaint_topics complaints eligibility household_number more payment
    """,
    2: """
        about birth_year call_me commune_letters complaint_confirm complaint_reference complaint_status
        complaint_subjects component contacts earlier_payments other_language payment_said received regions_list
        sms_restarted
    """,
    3: """
        call_asked call_number cercles_list communes_found complaint_filed complaint_answer complaint_name
        complaint_withdraw complaint_words received_all received_confirm received_missing secret_confirm sms_stopped
    """,
    4: """
        communes_list complaint_reopened complaint_replied complaint_solved complaint_village complaint_withdrawn
        days_of_commune received_sent secret_filed secret_hour secret_more
    """,
    5: """
        secret_number secret_sum secret_words
    """,
}
"""The fewest keys from the first dial to each screen, as they were when this was written: a screen may come nearer.

That of `sms_stopped` is one more than once: a stop is for good, and is asked for; that of `complaint_reopened` too: who
disagrees says first that it is not settled."""


@dataclass(frozen=True, slots=True)
class PageFigures:
    """Pages that differ in text or language; of each screen, how many have more lines, and the fewest keys to it."""

    pages: int
    short: int
    longest: int
    tall: Mapping[str, int]
    keys: Mapping[str, int]

    @property
    def share(self) -> float:
        """The share of pages of at most `LINES` lines, 0 to 1."""
        return self.short / self.pages if self.pages else 1.0

    @property
    def further(self) -> Mapping[str, int]:
        """The screens that more keys lead to than once did, and how many once did."""
        once = {screen: keys for keys, screens in NEAREST.items() for screen in screens.split()}
        return {screen: once[screen] for screen, keys in self.keys.items() if keys > once.get(screen, keys)}

    @property
    def fit(self) -> bool:
        """Whether enough pages are short, and no screen is further than it was."""
        return self.share >= LEAST_SHARE and not self.further


def figures(visits: Iterable[Visit], alphabet: Alphabet) -> PageFigures:
    """The figures of a walk, without pages that failed."""
    screens: dict[tuple[str, str], str] = {}
    keys: dict[str, int] = {}
    for visit in visits:
        if visit.error:
            continue
        screens.setdefault((visit.caller.language.value, visit.text), visit.screen)
        if not visit.code:
            keys[visit.screen] = min(keys.get(visit.screen, len(visit.keys)), len(visit.keys))
    tall = Counter(screen for (_, text), screen in screens.items() if text.count("\n") >= LINES)
    return PageFigures(
        pages=len(screens),
        short=len(screens) - tall.total(),
        longest=max((alphabet.measure(text) for _, text in screens), default=0),
        tall=dict(tall.most_common()),
        keys=dict(sorted(keys.items())),
    )
