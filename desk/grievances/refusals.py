"""Why a step of a grievance was not done, in French."""

from collections.abc import Mapping
from typing import Final

from core.grievances.locked import NotThere, Stale
from core.grievances.merging import NotTheSame
from core.grievances.own_words import PieceMissing
from core.grievances.reclassifying import OtherWall
from core.grievances.referrals import NoConsent, NoSuchReferral, NoSuchService
from core.grievances.rules import (
    AlreadyYours,
    CallNotSafe,
    DecidedBefore,
    Follows,
    NobodyToTell,
    NotYours,
    SensitiveStaysPut,
    TooLateToAmend,
    TooLateToPart,
    WordsMissing,
    WordsTooLong,
)
from core.grievances.steps import NotForThem
from core.grievances.together import SensitiveAlone
from core.platform.errors import JigiError
from core.registry.edits import CannotCorrect
from core.registry.identity_checks import TooManyYears, Unchecked
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.staff.permissions import NotAllowed
from core.text.folding import NoRule
from core.text.words import DESK, label
from desk.grievances.reclassify import NoHousehold, SafetyUnasked


class NotAYear(JigiError, ValueError):
    """A year of birth has four digits."""


class NotADay(JigiError, ValueError):
    """A day to call again that is none, or past, or too far away."""


UNUSABLE: Final = (
    WordsMissing,
    WordsTooLong,
    NotASafeText,
    NoSuchPiece,
    NoRule,
    NotForThem,
    NotADay,
    NotAYear,
    Unchecked,
    TooManyYears,
    CannotCorrect,
    SafetyUnasked,
    NoHousehold,
    OtherWall,
    NoConsent,
    NoSuchService,
    NoSuchReferral,
    PieceMissing,
)
"""What was typed is wrong; all else is not possible as the grievance stands."""

SENTENCES: Final[Mapping[type[Exception], str]] = {
    Stale: "Rien n'a été fait : la plainte a changé depuis que vous avez ouvert cette page.",
    NotThere: "Cette plainte n'est pas là, ou pas pour vous.",
    NotAllowed: "Cette plainte n'est pas à votre niveau, ou ceci n'est pas pour votre rôle.",
    SensitiveAlone: "Une plainte sensible se répond seule, sur sa page.",
    AlreadyYours: "Cette plainte est déjà à vous.",
    DecidedBefore: "Vous avez décidé cette plainte : une autre personne décide du recours.",
    CallNotSafe: "N'appelez pas : la personne n'a pas dit qu'un appel est sans danger.",
    NobodyToTell: "Cette plainte n'a pas de numéro de téléphone : il n'y a personne à appeler.",
    SensitiveStaysPut: "Une plainte sensible ne remonte pas : elle reste aux points focaux.",
    NotForThem: "Choisissez quelqu'un de la liste : cette personne ne peut pas avoir cette plainte.",
    WordsMissing: "Écrivez un texte.",
    SafetyUnasked: "Dites si un appel et un SMS sont sans danger. Vous ne savez pas : répondez non.",
    NoHousehold: "Aucun ménage de votre zone n'a ce numéro. Vide : aucun ménage.",
    OtherWall: "Ce sujet n'est pas de ce côté : prenez « Confier au point focal », ou « Rendre au guichet ».",
    NoConsent: "Demandez d'abord : personne n'est orienté sans avoir dit oui.",
    NoSuchService: "Choisissez un service de l'annuaire.",
    NoSuchReferral: "La suite de cette orientation est déjà notée, ou n'est pas dite.",
    NotAYear: "Une année a quatre chiffres : 1975.",
    Unchecked: "Vérifiez d'abord qui appelle : demandez l'année de naissance de qui reçoit l'argent.",
    TooManyYears: "Trop d'années fausses pour ce ménage : vérifiez sur place, avec sa carte ou le comité.",
    TooLateToPart: "Deux plaintes jointes se séparent pendant un jour.",
    NotTheSame: "Ces deux plaintes ne se joignent pas : il faut la même personne ou le même ménage, et deux plaintes "
    "ordinaires, ouvertes, sans recours, que rien d'autre ne suit.",
    TooLateToAmend: "Il est trop tard pour corriger cette décision. La personne peut faire un recours.",
    NotADay: "Ce jour ne va pas : écrivez un jour à venir, d'ici trois mois.",
}
NOT_POSSIBLE: Final = "Ce n'est pas possible dans l'état où est la plainte. Regardez ce qui a été fait."
FREE: Final = "Cette plainte n'est à personne : prenez-la d'abord."


def in_french(error: Exception) -> str:
    """The sentence that the desk shows for what was refused."""
    match error:
        case Follows(reference=reference):
            return f"Cette plainte suit la plainte {reference} : tout se fait dans celle-là."
        case NotYours(name=None):
            return FREE
        case NotYours(name=name):
            return f"Cette plainte est avec {name}. Un superviseur peut la donner à quelqu'un d'autre."
        case WordsTooLong(length=length, most=most):
            return f"Le texte est trop long : {length} lettres, {most} au plus."
        case PieceMissing(name=name):
            return f"« {{{name}}} » n'est pas connu pour cette personne : écrivez la réponse sans lui."
        case NotASafeText() | NoSuchPiece():
            return error.in_french
        case CannotCorrect(fault=fault):
            return label(fault, DESK)
        case NoRule(characters=characters):
            return f"Aucun téléphone simple ne montre : {' '.join(characters)}. Enlevez-le."
    return SENTENCES.get(type(error), NOT_POSSIBLE)
