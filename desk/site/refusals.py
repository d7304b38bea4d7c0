"""What the desk refuses, in French: one sentence for each status, and one for each error that several pages meet.

An error of the domain is English and carries what its sentence needs (`core.platform.errors`). Those of one subject
have their sentences in the package of that subject.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException

from core.platform.errors import JigiError
from core.staff.administration import LastAdministrator, NoReason, UnknownPlace
from core.staff.agents import BadLogin, LoginTaken, ScopeNeedsPlace
from core.staff.passwords import SHORTEST, TooManyAtOnce, WeakPassword
from core.staff.tries import LockedOut

WORDS: Final = {
    400: "La demande n'a pas été comprise. Revenez à la page et recommencez.",
    403: "Cette page n'est pas pour votre rôle.",
    404: "Cela n'existe pas, ou n'est pas de votre ressort.",
    405: "La demande n'a pas été comprise. Revenez à la page et recommencez.",
    409: "Quelqu'un d'autre a changé cela entre-temps. Regardez la page à nouveau.",
    415: "La demande n'a pas été comprise. Revenez à la page et recommencez.",
    413: "C'est trop gros pour être envoyé ici.",
    422: "Ce qui a été écrit ne va pas.",
    500: "Une erreur est survenue. Elle est notée; réessayez, puis prévenez l'administrateur.",
}
FORGED: Final = (
    "Ce formulaire ne vient pas de votre page ouverte, ou la page est trop vieille. "
    "Rien n'a été fait. Rechargez la page et recommencez."
)

SENTENCES: Final[Mapping[type[JigiError], str | Callable[[Any], str]]] = {
    BadLogin: "Le nom de connexion a 2 à 32 lettres sans accent, chiffres, points ou tirets.",
    LastAdministrator: "C'est le dernier administrateur : nommez-en un autre d'abord.",
    LockedOut: lambda error: f"Trop d'essais. Réessayez après {error.until:%H:%M}, ou demandez à l'administrateur.",
    LoginTaken: "Ce nom de connexion est pris, même si la personne est partie.",
    NoReason: "Écrivez la raison : elle est gardée au journal.",
    ScopeNeedsPlace: "Écrivez le nom ou le code du lieu.",
    UnknownPlace: "Ce lieu n'existe pas.",
    TooManyAtOnce: "Trop de personnes entrent en ce moment. Réessayez dans une minute.",
    WeakPassword: f"Choisissez un autre mot de passe : {SHORTEST} caractères au moins, sans votre nom, "
    "qu'on ne devine pas, et pas l'ancien.",
}


def sentence(error: JigiError) -> str:
    """What the desk says of an error of the domain; raises KeyError for one that has no sentence here."""
    words = SENTENCES[type(error)]
    return words if isinstance(words, str) else words(error)


class Mistake(ValueError):
    """Something in a form does not do; the message says what, in French."""


class Refused(HTTPException):
    """Something that is not done; the message says why and what to do, in French."""

    def __init__(self, status: HTTPStatus, words: str | None = None) -> None:
        super().__init__(status, words or WORDS[status])


def not_there() -> Refused:
    """It is not there, or not for this person: which of the two is not said."""
    return Refused(HTTPStatus.NOT_FOUND)


def in_words(error: HTTPException) -> str:
    """What to say of an error: its own words, or those of its status where it has only the English ones."""
    if isinstance(error, Refused):
        return error.detail
    return WORDS.get(error.status_code, WORDS[500])
