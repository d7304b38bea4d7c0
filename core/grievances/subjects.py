"""What can be complained about: categories and their subjects, how each is handled, and which the line offers.

A category stands here once with its sensitivity; screens, forms, lists and exports ask `is_sensitive`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class Sensitivity(Word):
    """How a grievance is handled; a sensitive one goes straight to focal persons and is never shown on a phone."""

    ORDINARY = "ordinary"
    SPECIAL = "special"
    SENSITIVE = "sensitive"


class Category(Word):
    """A category of the programme."""

    PAYMENT = "payment"
    PHONE = "phone"
    DATA = "data"
    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    CONDUCT = "conduct"
    ABUSE = "abuse"
    OTHER = "other"


class Subcategory(Word):
    """A subject; each belongs to one category."""

    NOT_PAID = "not_paid"
    LATE = "late"
    INCOMPLETE = "incomplete"
    STOLEN = "stolen"
    TOO_FAR = "too_far"
    SIM_LOST = "sim_lost"
    NUMBER_CHANGED = "number_changed"
    NO_NETWORK = "no_network"
    CODE_FORGOTTEN = "code_forgotten"
    NAME = "name"
    PHONE = "phone"
    MEMBERS = "members"
    CARD_LOST = "card_lost"
    LEFT_OUT = "left_out"
    WRONG_IN = "wrong_in"
    BRIBE = "bribe"
    DISCRIMINATION = "discrimination"
    NEGLIGENCE = "negligence"
    VIOLENCE = "violence"
    EXPLOITATION = "exploitation"
    INFORMATION = "information"
    ANYTHING = "anything"


class Topic(Word):
    """A group of subjects on the line; it only keeps the way to each of them within three keys."""

    PAYMENT = "payment"
    PHONE = "phone"
    NAMES = "names"
    CONDUCT = "conduct"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Handling:
    """How a category is handled: its subjects as the desk lists them, its sensitivity and its delays.

    `delays` picks the setting that has the working days to the first answer and to the decision. Of one that keeps
    `least`, nothing stays that tells who complained or what was said.
    """

    subcategories: tuple[Subcategory, ...]
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    delays: Callable[[Settings], tuple[int, ...]] = attrgetter("grievance_ordinary")
    least: bool = False


_SPECIAL: Final = attrgetter("grievance_special")

CATEGORIES: Final[dict[Category, Handling]] = {
    Category.PAYMENT: Handling(
        (
            Subcategory.NOT_PAID,
            Subcategory.LATE,
            Subcategory.INCOMPLETE,
            Subcategory.STOLEN,
            Subcategory.TOO_FAR,
        )
    ),
    Category.PHONE: Handling(
        (Subcategory.SIM_LOST, Subcategory.NUMBER_CHANGED, Subcategory.NO_NETWORK, Subcategory.CODE_FORGOTTEN)
    ),
    Category.DATA: Handling((Subcategory.NAME, Subcategory.PHONE, Subcategory.MEMBERS, Subcategory.CARD_LOST)),
    Category.EXCLUSION: Handling((Subcategory.LEFT_OUT,), Sensitivity.SPECIAL, _SPECIAL),
    Category.INCLUSION: Handling((Subcategory.WRONG_IN,), Sensitivity.SPECIAL, _SPECIAL),
    Category.CONDUCT: Handling(
        (Subcategory.BRIBE, Subcategory.DISCRIMINATION, Subcategory.NEGLIGENCE),
        Sensitivity.SENSITIVE,
        attrgetter("grievance_conduct"),
    ),
    Category.ABUSE: Handling(
        (Subcategory.VIOLENCE, Subcategory.EXPLOITATION),
        Sensitivity.SENSITIVE,
        attrgetter("grievance_abuse"),
        least=True,
    ),
    Category.OTHER: Handling((Subcategory.INFORMATION, Subcategory.ANYTHING)),
}

OFFERED: Final[Mapping[Topic, tuple[Subcategory, ...]]] = {
    Topic.PAYMENT: CATEGORIES[Category.PAYMENT].subcategories,
    Topic.PHONE: (*CATEGORIES[Category.PHONE].subcategories, Subcategory.PHONE),
    Topic.NAMES: (
        Subcategory.NAME,
        Subcategory.MEMBERS,
        Subcategory.CARD_LOST,
        Subcategory.LEFT_OUT,
        Subcategory.WRONG_IN,
    ),
    Topic.CONDUCT: (*CATEGORIES[Category.CONDUCT].subcategories, *CATEGORIES[Category.ABUSE].subcategories),
    Topic.OTHER: CATEGORIES[Category.OTHER].subcategories,
}
"""What the line offers, five in a group at the most."""


class UnknownCategoryError(JigiError, ValueError):
    """There is no such category, or it has no such sub-category."""


def is_sensitive(category: Category) -> bool:
    """Whether grievances of a category are for focal persons alone."""
    return CATEGORIES[category].sensitivity is Sensitivity.SENSITIVE


def keeps_least(category: Category) -> bool:
    """Whether nothing is kept that tells who complained or what was said."""
    return CATEGORIES[category].least


def category_of(subcategory: Subcategory) -> Category:
    """The category that a subject is recorded under."""
    return next(category for category, handling in CATEGORIES.items() if subcategory in handling.subcategories)


def subject(category: str, subcategory: str) -> tuple[Category, Subcategory]:
    """A category and its subject by their codes; raises UnknownCategoryError."""
    try:
        pair = Category(category), Subcategory(subcategory)
    except ValueError:
        raise UnknownCategoryError(f"{category} {subcategory}") from None
    if pair[1] not in CATEGORIES[pair[0]].subcategories:
        raise UnknownCategoryError(f"{category} {subcategory}")
    return pair


called(
    Sensitivity,
    DESK,
    {Sensitivity.ORDINARY: "ordinaire", Sensitivity.SPECIAL: "spéciale", Sensitivity.SENSITIVE: "sensible"},
)
called(
    Category,
    DESK,
    {
        Category.PAYMENT: "Paiement",
        Category.PHONE: "Téléphone",
        Category.DATA: "Données",
        Category.EXCLUSION: "Oubli d'un ménage",
        Category.INCLUSION: "Inscription à tort",
        Category.CONDUCT: "Conduite d'un agent",
        Category.ABUSE: "Violence, abus",
        Category.OTHER: "Autre",
    },
)
called(
    Topic,
    LINE,
    {
        Topic.PAYMENT: N_("Payment"),
        Topic.PHONE: N_("Phone"),
        Topic.NAMES: N_("Name, card, enrolment"),
        Topic.CONDUCT: N_("Bad conduct"),
        Topic.OTHER: N_("Other"),
    },
)
called(
    Subcategory,
    DESK,
    {
        Subcategory.NOT_PAID: "Pas payé",
        Subcategory.LATE: "En retard",
        Subcategory.INCOMPLETE: "Incomplet",
        Subcategory.STOLEN: "Volé",
        Subcategory.TOO_FAR: "Lieu trop loin",
        Subcategory.SIM_LOST: "SIM perdue",
        Subcategory.NUMBER_CHANGED: "Numéro changé",
        Subcategory.NO_NETWORK: "Pas de réseau",
        Subcategory.CODE_FORGOTTEN: "Code oublié",
        Subcategory.NAME: "Nom à corriger",
        Subcategory.PHONE: "Téléphone à corriger",
        Subcategory.MEMBERS: "Membres du ménage à corriger",
        Subcategory.CARD_LOST: "Carte perdue",
        Subcategory.LEFT_OUT: "Ménage oublié",
        Subcategory.WRONG_IN: "Inscrit qui ne devrait pas l'être",
        Subcategory.BRIBE: "Argent demandé",
        Subcategory.DISCRIMINATION: "Discrimination",
        Subcategory.NEGLIGENCE: "Négligence",
        Subcategory.VIOLENCE: "Violence",
        Subcategory.EXPLOITATION: "Exploitation, abus sexuels",
        Subcategory.INFORMATION: "Renseignement demandé",
        Subcategory.ANYTHING: "Autre chose",
    },
)
called(
    Subcategory,
    LINE,
    {
        Subcategory.NOT_PAID: N_("I got no money"),
        Subcategory.LATE: N_("Late payment"),
        Subcategory.INCOMPLETE: N_("Incomplete money"),
        Subcategory.STOLEN: N_("Money was stolen"),
        Subcategory.TOO_FAR: N_("The place is too far"),
        Subcategory.SIM_LOST: N_("SIM lost"),
        Subcategory.NUMBER_CHANGED: N_("My number changed"),
        Subcategory.NO_NETWORK: N_("No network"),
        Subcategory.CODE_FORGOTTEN: N_("I forgot the code"),
        Subcategory.NAME: N_("Error in the name"),
        Subcategory.PHONE: N_("Error in the number"),
        Subcategory.MEMBERS: N_("Error in the household members"),
        Subcategory.CARD_LOST: N_("Card or paper lost"),
        Subcategory.LEFT_OUT: N_("My household was left out"),
        Subcategory.WRONG_IN: N_("Someone should not be written"),
        Subcategory.BRIBE: N_("Someone asked me for money"),
        Subcategory.DISCRIMINATION: N_("Discrimination"),
        Subcategory.NEGLIGENCE: N_("Work badly done"),
        Subcategory.VIOLENCE: N_("Violence was done to me"),
        Subcategory.EXPLOITATION: N_("My body was asked for the aid"),
        Subcategory.INFORMATION: N_("I want information"),
        Subcategory.ANYTHING: N_("Other matter"),
    },
)
