"""The SMS of a decision, exactly as the notifier will send it, and what it may not hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.grievances.cases import CaseRow
from core.grievances.near_numbers import near_numbers
from core.grievances.own_words import PieceMissing, own_words
from core.grievances.rules import WordsTooLong, check_words
from core.grievances.vocabulary import GrievanceState, GrievanceStep
from core.outbox.notice_kinds import NoticeKind
from core.platform.settings import Settings
from core.scams.proven import NoSuchPiece
from core.text.alphabet import alphabet
from core.text.folding import NoRule
from core.text.translator import translator
from desk.grievances.refusals import UNUSABLE, in_french
from sms.outbox.notice_texts import Occasion, notice_text
from sms.outbox.texts import written

NO_SMS: Final = "Aucun SMS ne partira. La personne l'apprend en appelant la ligne avec son numéro de plainte."
NO_SMS_SENSITIVE: Final = "Aucun SMS ne partira : la personne n'a pas dit qu'un SMS est sans danger."


@dataclass(frozen=True, slots=True)
class ReplyPreview:
    """The SMS of a step, its length (septets or UTF-16 units) and parts; or why none goes."""

    body: str
    size: int
    parts: int
    why: str


async def trouble(case: CaseRow, words: str, now: datetime) -> str:
    """Why a decision with these words is refused, in French; '' when it is not."""
    try:
        check_words(GrievanceStep.DECIDE, words, await near_numbers(case.reference))
        await own_words(words, case, now.date())
    except UNUSABLE as error:
        return in_french(error)
    return ""


async def preview(
    case: CaseRow, decision: GrievanceState, words: str, now: datetime, settings: Settings
) -> ReplyPreview:
    """The SMS that this decision would send."""
    if not case.sms_goes:
        return ReplyPreview("", 0, 0, NO_SMS_SENSITIVE if case.sensitive else NO_SMS)
    language = translator(case.language)
    filling = {
        "ref": case.reference,
        "discreet": case.sensitive,
        "text": await _filled(case, words.strip(), now),
        "rejected": decision is GrievanceState.REJECTED,
    }
    text = await notice_text(NoticeKind.DECIDED, Occasion(case.msisdn or "", filling, now), language)
    sms = written(text, language, alphabet(settings.alphabet))
    return ReplyPreview(sms.body, sms.size, sms.parts, "")


async def _filled(case: CaseRow, words: str, now: datetime) -> str:
    """The words with their pieces; as they are where one is strange or not known, which `trouble` says."""
    try:
        return await own_words(words, case, now.date())
    except (NoSuchPiece, PieceMissing, WordsTooLong, NoRule):
        return words
