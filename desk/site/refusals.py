"""What the desk refuses, in words: each refusal has a status and says what to do."""

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

WORDS: Final = {
    400: "La demande n'a pas été comprise. Revenez à la page et recommencez.",
    403: "Cette page n'est pas pour votre rôle.",
    404: "Cela n'existe pas, ou n'est pas de votre ressort.",
    405: "La demande n'a pas été comprise. Revenez à la page et recommencez.",
    409: "Quelqu'un d'autre a changé cela entre-temps. Regardez la page à nouveau.",
    413: "C'est trop gros pour être envoyé ici.",
    422: "Ce qui a été écrit ne va pas.",
    500: "Une erreur est survenue. Elle est notée; réessayez, puis prévenez l'administrateur.",
}
FORGED: Final = (
    "Ce formulaire ne vient pas de votre page ouverte, ou la page est trop vieille. "
    "Rien n'a été fait. Rechargez la page et recommencez."
)


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
