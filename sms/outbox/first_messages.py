"""The first message of a number: the gateway adds its opt-out words to it, so a text has to leave room for them.

Which message is a number's first is known for sure only when it leaves: what a gateway seemed to have taken may have
failed since the plan. Whoever is written to for the first time after all gets the text without its last pieces.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from core.outbox.messages import TAKEN, BatchState, MessageState
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import settings
from core.text.alphabet import Alphabet, alphabet
from core.text.languages import Language
from core.text.translator import Translator, translator
from sms.outbox.composing import SECURITY
from sms.outbox.payment_texts import hour_said

WRITTEN_TO: Final = f"""EXISTS (
        SELECT FROM message AS earlier WHERE earlier.msisdn = message.msisdn AND earlier.id <> message.id
          AND earlier.state IN {listed(TAKEN | {MessageState.SILENT})}
    )"""
"""SQL that tells whether a gateway took a message for the number of a row of `message` before."""

LANGUAGE: Final = "SELECT language FROM message_text WHERE id = %(text)s"
FIRST: Final = f"""
SELECT id FROM message WHERE id = ANY (CAST(%(ids)s AS bigint[])) AND NOT {WRITTEN_TO}
"""  # noqa: S608
APART: Final = f"""
WITH shorter AS (
    INSERT INTO message_text (campaign_id, language, content, body, parts, size, not_after)
    SELECT campaign_id, language, content, %(body)s, %(parts)s, %(size)s, not_after
    FROM message_text WHERE id = %(text)s RETURNING id
), fresh AS (
    INSERT INTO sms_batch (campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT campaign_id, (SELECT id FROM shorter), operator, priority, prompt, %(now)s, not_after, '{BatchState.READY}',
        false
    FROM sms_batch WHERE id = %(batch)s RETURNING id
)
UPDATE message SET batch_id = (SELECT id FROM fresh) WHERE id = ANY (CAST(%(ids)s AS bigint[]))
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class LeavingText:
    """A text of a campaign that leaves in a request."""

    batch: int
    text_id: int
    body: str


async def set_apart(leaving: LeavingText, ids: Sequence[int], now: datetime) -> set[int]:
    """Move messages that are a number's first into a request of their own, in this transaction; give which.

    Only those whose text gets a part longer by what the gateway adds, and has pieces to leave out.
    """
    carried, reserve = alphabet(settings().alphabet), settings().sms_optout_reserve
    if carried.segments(leaving.body + "x" * reserve) <= carried.segments(leaving.body):
        return set()
    language = Language(await sql.scalar(LANGUAGE, {"text": leaving.text_id}))
    shorter = shortened(leaving.body, translator(language), carried, reserve)
    if shorter == leaving.body:
        return set()
    first = await sql.scalars(FIRST, {"ids": list(ids)})
    if first:
        size = {"body": shorter, "parts": carried.segments(shorter), "size": carried.measure(shorter)}
        await sql.execute(APART, {"ids": first, "batch": leaving.batch, "text": leaving.text_id, "now": now, **size})
    return set(first)


def shortened(body: str, spoken: Translator, carried: Alphabet, reserve: int) -> str:
    """A text without so many of its last pieces that what the gateway adds costs no part.

    As it is where these are not what makes it long.
    """
    shorter, most = body, carried.segments(body)
    while carried.segments(shorter + "x" * reserve) > most:
        less = _without_the_last(shorter, spoken, carried)
        if less == shorter:
            return body
        shorter = less
    return shorter


def _without_the_last(body: str, spoken: Translator, carried: Alphabet) -> str:
    """A text without its last sentence, where that is one of the pieces that are the same for every payment."""
    pieces = (
        spoken.t("Call {phone}.", phone=settings().service_code),
        *(spoken.t(msgid) for msgid in SECURITY),
        spoken.t("Bring your card."),
    )
    for piece in pieces:
        if body.endswith(f" {carried.prepare(piece)}"):
            return body.removesuffix(f" {carried.prepare(piece)}")
    hour = _hour_at_the_end(spoken, carried).search(body)
    if hour:
        return body[: hour.start()]
    before, agency, name = body.rpartition(f" {carried.prepare(spoken.t('Payment agency: {phone}', phone='')).strip()}")
    return before if agency and ". " not in name else body


def _hour_at_the_end(spoken: Translator, carried: Alphabet) -> re.Pattern[str]:
    """Any hour as it is said of a day, at the end of a text."""
    whole, with_minutes = (re.escape(carried.prepare(hour_said(each, spoken))) for each in (time(8), time(8, 30)))
    forms = (whole.replace("8", r"\d{1,2}"), with_minutes.replace("8", r"\d{1,2}").replace("30", r"\d{1,2}"))
    return re.compile(rf" (?:{'|'.join(forms)})$")
