"""What the desk calls campaigns, in French: their states, kinds, reasons, and why something is not done."""

import re
from collections.abc import Mapping
from typing import Final

from core.campaigns.models import CampaignKind
from core.text.folding import NoRule
from core.text.links import NotASafeText
from sms.campaigns.audience import BadSubject, Subject
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.planning_apart import PlanningAlready
from sms.campaigns.scope import CampaignError, NotASupervisor, OutOfScope, UnknownCampaign
from sms.campaigns.steps import FourEyes, NotAsSeen, WrongState
from sms.campaigns.unreached import REASONS

STATES: Final[Mapping[str, str]] = {
    "draft": "brouillon",
    "planned": "planifiée, à approuver",
    "approved": "approuvée",
    "scheduled": "programmée",
    "running": "en cours d'envoi",
    "paused": "en pause",
    "finished": "terminée",
    "cancelled": "annulée",
}
COLOURS: Final[Mapping[str, str]] = {
    "draft": "secondary",
    "planned": "yellow",
    "approved": "azure",
    "scheduled": "azure",
    "running": "green",
    "paused": "orange",
    "finished": "blue",
    "cancelled": "red",
}
KINDS: Final[Mapping[str, str]] = {
    "announce": "Annonce du jour",
    "reminder3": "Rappel trois jours avant",
    "reminder1": "Rappel la veille",
    "moved": "Jour déplacé",
    "cancelled": "Jour annulé",
    "unclaimed": "Argent qui attend",
    "free": "Texte libre",
}
MESSAGE_STATES: Final[Mapping[str, str]] = {
    "left_out": "laissés de côté",
    "planned": "à envoyer",
    "uncertain": "incertains",
    "accepted": "pris par l'opérateur",
    "on_its_way": "en route",
    "silent": "sans accusé",
    "delivered": "reçus",
    "failed": "échoués",
    "dropped": "abandonnés",
}
LEFT_OUT: Final[Mapping[str, str]] = {**REASONS, "already_told": "déjà prévenu de la même chose"}
NOTES: Final = (
    (r"(\d+) recipients, (\d+) parts", r"\1 destinataires, \2 SMS"),
    (r"first approval; a second is needed", "première approbation ; il en faut une seconde"),
    (r"approved", ""),
    (r"by the approval of the announcement", "par l'approbation de l'annonce"),
    (r"for (\d{4})-(\d\d)-(\d\d) (\d\d:\d\d)", r"pour le \3/\2/\1 à \4"),
    (r"nobody to tell", "personne à prévenir"),
    (r"(\d+) uncertain: sent again", r"\1 incertains : renvoyés"),
    (r"(\d+) uncertain: left", r"\1 incertains : laissés"),
    (r"the plan could not be made", "le plan n'a pas pu être fait ; recommencez, puis prévenez l'administrateur"),
    (r"paused by hand", "mise en pause à la main"),
)
GATEWAY: Final[Mapping[str, str]] = {
    "InsufficientBalance": "il n'y a plus de crédit chez la passerelle SMS",
    "InvalidSenderId": "la passerelle SMS ne connaît pas notre nom d'expéditeur",
}


def note_words(note: str | None) -> str:
    """What was noted with a change: our own notes in French, what people wrote as they wrote it."""
    if not note:
        return ""
    for pattern, words in NOTES:
        found = re.fullmatch(pattern, note)
        if found:
            return found.expand(words)
    return GATEWAY.get(note, note)


def reason_words(reason: str) -> str:
    """Why somebody is left out or was not told; the gateway's own word when it has no name here."""
    return LEFT_OUT.get(reason, reason)


def refused(error: Exception) -> str:
    """Why something is not done, to the supervisor who asked for it."""
    match error:
        case NotASafeText():
            return f"Pas de lien ni d'adresse dans un SMS (« {error} ») : c'est ainsi que font les escrocs."
        case CannotBeWritten(__cause__=NoRule(characters=characters)):
            return f"Aucun téléphone ne peut afficher : {' '.join(characters)}. Enlevez ces signes."
    for kind, words in REFUSALS.items():
        if isinstance(error, kind):
            return words
    raise error


REFUSALS: Final[Mapping[type[Exception], str]] = {
    FourEyes: "Une autre personne doit approuver : ni qui a planifié, ni qui a déjà approuvé.",
    NotASupervisor: "Seul un superviseur décide des campagnes.",
    OutOfScope: "Ce lieu n'est pas de votre ressort : choisissez un lieu du vôtre.",
    PlanningAlready: "Le plan de cette campagne se fait déjà. Attendez qu'il soit fait.",
    NotAsSeen: "Entre-temps, quelqu'un d'autre a refait ou approuvé ce plan. Regardez-le à nouveau, puis décidez.",
    UnknownCampaign: "Cette campagne n'existe pas, ou n'est pas de votre ressort.",
    WrongState: "La campagne n'en est plus là.",
    CannotBeWritten: "Écrivez le texte dans les deux langues.",
    BadSubject: "Ce type de campagne ne va pas avec ce sujet : choisissez un tour de paiement ou des activités.",
    CampaignError: "Cela n'est pas possible maintenant.",
}


def title(kind: CampaignKind, subject: Subject, round_name: str | None, place: str | None) -> str:
    """What a campaign is called that nobody gave a title."""
    about = round_name or subject.event or subject.component
    return " · ".join(part for part in (KINDS[kind.value], about, place, subject.village) if part)
