"""What the desk says of campaigns in French beside their labels: notes, titles, why something is not done."""

from collections.abc import Mapping
from typing import Final

from core.campaigns.models import CampaignKind, CampaignState
from core.campaigns.notes import Note
from core.campaigns.steps import CampaignError, EmptyPlan, FourEyes, NotASupervisor, PlanningAlready, WrongState
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.text.folding import NoRule
from core.text.words import COUNT, DESK, Word, label
from sms.campaigns.audience import Audience, BadAudience
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.notes import note_text
from sms.campaigns.scope import OutOfScope, UnknownCampaign
from sms.campaigns.steps import Change, NotAsSeen
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


def word(value: Word) -> str:
    """What the desk calls a value."""
    return label(value, DESK)


def counted(value: Word) -> str:
    """What the desk calls those that are counted of a value."""
    return label(value, COUNT)


def reason(value: str) -> str:
    """Why somebody is left out or was not told; the gateway's own word when it has no name here."""
    return reason_label(value, DESK)


def note_words(note: Note) -> str:
    """What was noted: our own notes in French, what people wrote as they wrote it."""
    return note_text(note, DESK)


def change(decided: Change) -> str:
    """What a campaign became, and what was noted where that says more."""
    became, remark = word(decided.to_state), note_words(decided.note)
    return became if remark in ("", became) else f"{became} ({remark})"


def refused(error: Exception) -> str:
    """Why something is not done, to the supervisor who asked for it."""
    match error:
        case NotASafeText() | NoSuchPiece():
            return error.in_french
        case CannotBeWritten(__cause__=NoRule(characters=characters)):
            return f"Aucun téléphone ne peut afficher : {' '.join(characters)}. Enlevez ces signes."
        case TooLittleLeft(shortage=shortage):
            return (
                f"Il reste {shortage.left} SMS chez la passerelle {shortage.gateway}, et il en faut {shortage.needed}. "
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
    EmptyPlan: "Le plan n'a personne à prévenir : refaites-le, ou annulez la campagne.",
    WrongState: "La campagne n'en est plus là.",
    CannotBeWritten: "Écrivez le texte dans chaque langue.",
    BadAudience: "Ce type de campagne ne va pas avec ce sujet : choisissez un tour de paiement ou des activités.",
    CampaignError: "Cela n'est pas possible maintenant.",
}


def title(kind: CampaignKind, audience: Audience, round_name: str | None, place: str | None) -> str:
    """What a campaign is called that nobody gave a title."""
    about = round_name or audience.event or audience.component
    return " · ".join(part for part in (word(kind), about, place, audience.village) if part)
