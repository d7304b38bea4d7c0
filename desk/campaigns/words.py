"""What the desk says of campaigns in French beside their labels: notes, titles, why something is not done."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.campaigns.models import CampaignState
from core.campaigns.notes import Note
from core.campaigns.steps import CampaignError, EmptyPlan, FourEyes, NotASupervisor, PlanningAlready, WrongState
from core.registry.components import ComponentCode
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.text.folding import NoRule
from core.text.words import COUNT, DESK, Word, label
from sms.campaigns.asking import NobodyTakes
from sms.campaigns.audience import BadAudience
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.motion import CampaignMotion, sentences
from sms.campaigns.notes import note_text
from sms.campaigns.personal import NoSuchColumn, SheetGone
from sms.campaigns.planning import TOLD_LATELY
from sms.campaigns.readiness import NoWayOut
from sms.campaigns.scope import OutOfScope, UnknownCampaign
from sms.campaigns.steps import Change, NotAsSeen
from sms.campaigns.template_checks import NotATemplate
from sms.campaigns.ways import TooLittleLeft
from sms.outbox.reasons import reason_label

COLOURS: Final[Mapping[CampaignState, str]] = {
    CampaignState.DRAFT: "secondary",
    CampaignState.PLANNED: "yellow",
    CampaignState.APPROVED: "azure",
    CampaignState.SCHEDULED: "azure",
    CampaignState.RUNNING: "green",
    CampaignState.PAUSED: "orange",
    CampaignState.FINISHED: "blue",
    CampaignState.CANCELLED: "red",
}


REMINDER_RULE: Final = (
    f"Le rappel trois jours avant laisse de côté qui a eu l'annonce il y a moins de {TOLD_LATELY.days} jours : il "
    "vient d'être prévenu de ce jour."
)
"""Why a reminder leaves people out who are told their day all the same."""


def word(value: Word) -> str:
    """What the desk calls a value."""
    return label(value, DESK)


def counted(value: Word) -> str:
    """What the desk calls those that are counted of a value."""
    return label(value, COUNT)


def component(code: str) -> str:
    """What the desk calls a component."""
    return label(ComponentCode(code), DESK)


def reason(value: str) -> str:
    """Why somebody is left out or was not told; the gateway's own word when it has no name here."""
    return reason_label(value, DESK)


def note_words(note: Note) -> str:
    """What was noted: our own notes in French, what people wrote as they wrote it."""
    return note_text(note, DESK)


def moves(motions: Sequence[CampaignMotion]) -> str:
    """Why a campaign moves or does not, until when, and what is asked of whom."""
    return sentences(motions, DESK)


def change(decided: Change) -> str:
    """What a campaign became, and what was noted where that says more."""
    became, remark = word(decided.to_state), note_words(decided.note)
    return became if remark in ("", became) else f"{became} ({remark})"


def refused(error: Exception) -> str:
    """Why something is not done, to the supervisor who asked for it."""
    match error:
        case NotASafeText() | NoSuchPiece() | NotATemplate() | NoSuchColumn():
            return error.in_french
        case CannotBeWritten(__cause__=NoRule(characters=characters)):
            return f"Aucun téléphone ne peut afficher : {' '.join(characters)}. Enlevez ces signes."
        case NoWayOut(gateway=gateway, missing=missing):
            return f"Rien ne peut partir : la passerelle {gateway} n'est pas réglée ({', '.join(missing)})."
        case NobodyTakes(operator=operator, replies=replies):
            whom = f"numéros {word(operator)}" if operator else "autres numéros"
            words = ", ".join(reply.words(DESK) for reply in replies)
            return f"Rien n'est parti, car rien ne pourrait partir vers les {whom} : {words}. Appelez l'exploitant."
        case TooLittleLeft(shortage=shortage):
            unit = "F CFA" if shortage.in_xof else "SMS"
            return (
                f"Il reste {shortage.left} {unit} chez la passerelle {shortage.gateway}, et il en faut "
                f"{shortage.needed}. "
                "Rechargez ; le nouveau solde est connu cinq minutes après."
            )
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
    SheetGone: "Le fichier d'un message personnel n'est pas gardé : apportez-le de nouveau.",
    EmptyPlan: "Le plan n'a personne à prévenir : refaites-le, ou annulez la campagne.",
    WrongState: "La campagne n'en est plus là.",
    CannotBeWritten: "Écrivez le texte dans chaque langue.",
    BadAudience: "Ce type de campagne ne va pas avec ce sujet : choisissez un tour de paiement ou des activités.",
    CampaignError: "Cela n'est pas possible maintenant.",
}
