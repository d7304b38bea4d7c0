"""What was not done and why, as RFC 9457 has it, in French or English as whoever asks prefers."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, Field
from starlette.responses import Response

from core.platform.errors import JigiError
from core.text.words import Code

MEDIA: Final = "application/problem+json"
DOCS: Final = "/api/v1/docs"


class ApiProblem(Code):
    """A kind of problem; its address is a place on the page of the documents."""

    NO_KEY = "no-key"
    UNKNOWN_KEY = "unknown-key"
    EXPIRED_KEY = "expired-key"
    WITHDRAWN_KEY = "withdrawn-key"
    OTHER_SCOPE = "other-scope"
    NOT_FOUND = "not-found"
    NO_SUCH_METHOD = "no-such-method"
    NO_JSON = "no-json"
    INVALID = "invalid"
    BAD_CURSOR = "bad-cursor"
    NO_IDEMPOTENCY_KEY = "no-idempotency-key"
    KEY_REUSED = "key-reused"
    NOT_WAITING = "not-waiting"
    SECOND_PERSON = "second-person"
    TOO_LARGE = "too-large"
    OTHER_TYPE = "other-type"
    TOO_MANY_REQUESTS = "too-many-requests"
    TOO_MANY_PENDING = "too-many-pending"
    TOO_MANY_WAITING = "too-many-waiting"
    NOT_NOW = "not-now"


@dataclass(frozen=True, slots=True)
class ProblemWords:
    """How a problem is told: the status of the answer, and a title and a sentence in each language."""

    status: int
    fr: tuple[str, str]
    en: tuple[str, str]


SENTENCES: Final[Mapping[ApiProblem, ProblemWords]] = {
    ApiProblem.NO_KEY: ProblemWords(
        401,
        ("Clé absente", "Envoyez la clé du système : Authorization: Bearer jigi_…"),
        ("No key", "Send the key of the system: Authorization: Bearer jigi_…"),
    ),
    ApiProblem.UNKNOWN_KEY: ProblemWords(
        401, ("Clé inconnue", "Cette clé n'ouvre rien."), ("Unknown key", "It opens nothing.")
    ),
    ApiProblem.EXPIRED_KEY: ProblemWords(
        401,
        ("Clé expirée", "Demandez une nouvelle clé à l'administrateur."),
        ("Expired key", "Ask the administrator for a new one."),
    ),
    ApiProblem.WITHDRAWN_KEY: ProblemWords(
        401,
        ("Clé retirée", "L'administrateur a retiré cette clé."),
        ("Withdrawn key", "The administrator withdrew it."),
    ),
    ApiProblem.OTHER_SCOPE: ProblemWords(
        403,
        ("Hors des droits de la clé", "Cette clé n'a pas ce droit."),
        ("Outside the scopes of the key", "This key may not do this."),
    ),
    ApiProblem.NOT_FOUND: ProblemWords(
        404,
        ("Introuvable", "Rien ne se trouve à cette adresse, ou pas pour cette clé."),
        ("Not found", "There is nothing at this address, or not for this key."),
    ),
    ApiProblem.NO_SUCH_METHOD: ProblemWords(
        405,
        ("Méthode non prévue", "Voyez l'en-tête Allow."),
        ("Method not allowed", "See the header Allow."),
    ),
    ApiProblem.NO_JSON: ProblemWords(
        400,
        ("JSON illisible", "Le corps de la requête n'est pas du JSON."),
        ("Not JSON", "The body of the request is not JSON."),
    ),
    ApiProblem.INVALID: ProblemWords(
        422,
        ("Requête non conforme", "« errors » dit quoi, et où."),
        ("Invalid request", "“errors” says what, and where."),
    ),
    ApiProblem.BAD_CURSOR: ProblemWords(
        400,
        ("Curseur d'une autre liste", "Reprenez la liste depuis le début, sans curseur."),
        ("Cursor of another list", "Begin the list again, without a cursor."),
    ),
    ApiProblem.NO_IDEMPOTENCY_KEY: ProblemWords(
        400,
        ("Clé d'idempotence absente", "Envoyez Idempotency-Key : 1 à 64 lettres, chiffres, tirets ou points."),
        ("No idempotency key", "Send Idempotency-Key: 1 to 64 letters, digits, dashes or dots."),
    ),
    ApiProblem.KEY_REUSED: ProblemWords(
        409,
        ("Clé d'idempotence déjà employée", "Elle l'a été pour un autre lot."),
        ("Idempotency key used before", "It was used for another batch."),
    ),
    ApiProblem.NOT_WAITING: ProblemWords(
        409,
        ("Le lot n'attend pas", "Seul un lot qui attend d'être confirmé peut l'être, ou être abandonné."),
        ("The batch does not wait", "Only a batch that waits can be confirmed or abandoned."),
    ),
    ApiProblem.SECOND_PERSON: ProblemWords(
        403,
        ("Une deuxième personne doit confirmer", "Ce lot retire beaucoup : un superviseur national le confirme."),
        ("A second person has to confirm", "This batch takes much away: a supervisor of the country confirms it."),
    ),
    ApiProblem.TOO_LARGE: ProblemWords(
        413,
        ("Trop grand", "Partagez le lot en plusieurs."),
        ("Too large", "Split the batch into several."),
    ),
    ApiProblem.OTHER_TYPE: ProblemWords(
        415,
        ("Type de contenu non prévu", "Envoyez application/json."),
        ("Unsupported content type", "Send application/json."),
    ),
    ApiProblem.TOO_MANY_REQUESTS: ProblemWords(
        429,
        ("Trop de requêtes", "Attendez autant de secondes que le dit Retry-After."),
        ("Too many requests", "Wait as many seconds as Retry-After says."),
    ),
    ApiProblem.TOO_MANY_PENDING: ProblemWords(
        429,
        ("Trop de lots en attente", "Attendez que vos lots soient finis, ou confirmez-les."),
        ("Too many pending batches", "Wait until your batches are at their end, or confirm them."),
    ),
    ApiProblem.TOO_MANY_WAITING: ProblemWords(
        429,
        ("Trop d'envois en attente", "Au guichet, reliez le formulaire, ou écartez ce qui attend."),
        ("Too many submissions waiting", "At the desk, map the form or put away what waits."),
    ),
    ApiProblem.NOT_NOW: ProblemWords(
        503,
        ("Pas en ce moment", "Réessayez : rien n'a été fait."),
        ("Not now", "Try again: nothing was done."),
    ),
}


class InvalidField(BaseModel):
    """What is wrong with one field of a request."""

    where: str = Field(description="The field, from the outside in: `rows.3.status`.")
    why: str = Field(description="What is wrong with it, in English.")


class ProblemDetails(BaseModel):
    """A problem (RFC 9457)."""

    type: str = Field(description="The kind of problem, as an address.")
    title: str
    status: int
    detail: str
    errors: list[InvalidField] | None = Field(default=None, description="With `invalid`: each field.")


@dataclass(eq=False)
class NotDone(JigiError):
    """A request is not done; it becomes the answer."""

    problem: ApiProblem
    errors: Sequence[InvalidField] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


LANGUAGE: Final = re.compile(r"\s*([a-zA-Z*]+)(?:-[\w-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")


def language_of(accepted: str) -> str:
    """`fr` or `en`, whichever whoever asks prefers (RFC 9110, 12.5.4); French where they say neither."""
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        matched = LANGUAGE.fullmatch(part)
        if matched:
            weights.setdefault(matched[1].lower(), float(matched[2] or 1))
    rest = weights.get("*", 0)
    return "en" if weights.get("en", rest) > weights.get("fr", rest) else "fr"


def response_of(refused: NotDone, language: str) -> Response:
    """The answer that tells a problem."""
    sentences = SENTENCES[refused.problem]
    title, detail = sentences.en if language == "en" else sentences.fr
    content: dict[str, Any] = {
        "type": f"{DOCS}#{refused.problem.value}",
        "title": title,
        "status": sentences.status,
        "detail": detail,
    }
    if refused.errors:
        content["errors"] = [each.model_dump() for each in refused.errors]
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store", **refused.headers}
    if sentences.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(content, ensure_ascii=False), sentences.status, headers, media_type=MEDIA)
