"""The subjects of a complaint, as they are offered: five groups of at most five.

The programme's own categories are what is recorded; the groups only keep the way to each of them within three keys.
"""

from dataclasses import dataclass

from core.text.translator import N_


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: the category and sub-category it is recorded under, and its line."""

    category: str
    subcategory: str
    label: str


TOPICS: dict[str, tuple[str, tuple[Subject, ...]]] = {
    "payment": (
        N_("Payment"),
        (
            Subject("payment", "not_paid", N_("I got no money")),
            Subject("payment", "late", N_("Late payment")),
            Subject("payment", "incomplete", N_("Incomplete money")),
            Subject("payment", "stolen", N_("Money was stolen")),
            Subject("payment", "too_far", N_("The place is too far")),
        ),
    ),
    "phone": (
        N_("Phone"),
        (
            Subject("phone", "sim_lost", N_("SIM lost")),
            Subject("phone", "number_changed", N_("My number changed")),
            Subject("phone", "no_network", N_("No network")),
            Subject("phone", "code_forgotten", N_("I forgot the code")),
            Subject("data", "phone", N_("Error in the number")),
        ),
    ),
    "names": (
        N_("Name, card, enrolment"),
        (
            Subject("data", "name", N_("Error in the name")),
            Subject("data", "members", N_("Error in the household members")),
            Subject("data", "card_lost", N_("Card or paper lost")),
            Subject("exclusion", "left_out", N_("My household was left out")),
            Subject("inclusion", "wrong_in", N_("Someone should not be written")),
        ),
    ),
    "conduct": (
        N_("Bad conduct"),
        (
            Subject("conduct", "bribe", N_("Someone asked me for money")),
            Subject("conduct", "discrimination", N_("Discrimination")),
            Subject("conduct", "negligence", N_("Work badly done")),
            Subject("abuse", "violence", N_("Violence (secret)")),
            Subject("abuse", "exploitation", N_("Abuse (secret)")),
        ),
    ),
    "other": (
        N_("Other"),
        (
            Subject("other", "information", N_("I want information")),
            Subject("other", "anything", N_("Other matter")),
        ),
    ),
}

SECRET = frozenset({"conduct", "abuse"})
"""The categories that take the sensitive path."""

LABELS = {
    (subject.category, subject.subcategory): subject.label for _, subjects in TOPICS.values() for subject in subjects
}
