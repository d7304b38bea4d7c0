"""The SMS of a reply, exactly as the notifier will send it, and what a reply may not hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.grievances.cases import Case
from core.outbox.notices import NoticeKind
from core.platform.settings import Settings
from core.text.alphabet import alphabet
from core.text.folding import NoRule, fold
from core.text.links import NotASafeText, refuse_links
from core.text.translator import translator
from sms.outbox.notice_texts import Occasion, notice_text
from sms.outbox.texts import written

LONGEST: Final = 450
"""Letters of a reply: three parts of an SMS."""

KINDS: Final = {
    "answer": NoticeKind.DECIDED,
    "reject": NoticeKind.DECIDED,
    "ask": NoticeKind.INFORMATION,
    "escalate": NoticeKind.ESCALATED,
}
NO_SMS: Final = "Aucun SMS ne partira. La personne l'apprend en appelant la ligne avec son numéro de plainte."
NO_SMS_SENSITIVE: Final = "Aucun SMS ne partira : la personne n'a pas dit qu'un SMS est sans danger."


@dataclass(frozen=True, slots=True)
class Preview:
    """The SMS of a step, its length (septets or UTF-16 units) and parts; or why none goes."""

    body: str
    size: int
    parts: int
    why: str


def trouble(words: str, settings: Settings) -> str | None:
    """Why a reply cannot be sent, in French; None when it can."""
    if not words.strip():
        return "Écrivez un texte."
    if len(words) > LONGEST:
        return f"Le texte est trop long : {len(words)} lettres, {LONGEST} au plus."
    try:
        refuse_links(words)
        if settings.alphabet == "gsm7":
            fold(words)
    except NotASafeText as found:
        return f"Pas de lien dans un SMS (« {found} ») : c'est ainsi que font les escrocs."
    except NoRule as found:
        return f"Aucun téléphone simple ne montre : {' '.join(found.characters)}. Enlevez-le."
    return None


async def preview(case: Case, act: str, words: str, now: datetime, settings: Settings) -> Preview:
    """The SMS that this act would send; raises KeyError for an act that sends none."""
    kind = KINDS[act]
    if not case.sms_goes:
        return Preview("", 0, 0, NO_SMS_SENSITIVE if case.sensitive else NO_SMS)
    filling = {
        "ref": case.reference,
        "discreet": case.sensitive,
        "text": words.strip(),
        "rejected": act == "reject",
        "due": case.decision_due.isoformat(),
    }
    spoken = translator(case.language)
    said = await notice_text(kind, Occasion(case.msisdn or "", filling, now), spoken)
    sent = written(said, spoken, alphabet(settings.alphabet))
    return Preview(sent.body, sent.size, sent.parts, "")
