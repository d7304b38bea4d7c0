"""The first message of a number: the gateway adds its opt-out words to it, so a text has to leave room for them.

Which message is a number's first is known for sure only when it leaves: what a gateway seemed to have taken may have
failed since the plan. Whoever is written to for the first time after all gets the text without its last pieces.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
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
    FROM message_text WHERE id = %(text)s AND {{condition}} RETURNING id
), fresh AS (
    INSERT INTO sms_batch (campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT sms_batch.campaign_id, shorter.id, operator, priority, prompt, %(now)s, not_after, '{BatchState.READY}',
        false
    FROM sms_batch, shorter WHERE sms_batch.id = %(batch)s RETURNING id
)
UPDATE message SET batch_id = fresh.id FROM fresh WHERE message.id = ANY (CAST(%(ids)s AS bigint[]))
"""  # noqa: S608
"""Moves messages into a request of their own with a shorter text, if a condition holds."""


@dataclass(frozen=True, slots=True)
class LeavingText:
    """A text of a campaign that leaves in a request."""

    text_id: int
    body: str


@dataclass(frozen=True, slots=True)
class FirstMessages:
    """Messages of a request that are their number's first, and the shorter text that they get."""

    ids: Sequence[int]
    body: str

    def values(self, leaving: LeavingText) -> dict[str, object]:
        """What `APART` asks for, beside the request and the time."""
        carried = alphabet(settings().alphabet)
        size = {"body": self.body, "parts": carried.segments(self.body), "size": carried.measure(self.body)}
        return {"ids": list(self.ids), "text": leaving.text_id, **size}


async def first_messages(leaving: LeavingText, ids: Sequence[int]) -> FirstMessages | None:
    """Those of a request's messages that are a number's first and have to be shorter, None where there are none.

    Only those whose text gets a part longer by what the gateway adds, and has pieces to leave out.
    """
    carried, reserve = alphabet(settings().alphabet), settings().sms_optout_reserve
    if not ids or carried.segments(leaving.body + "x" * reserve) <= carried.segments(leaving.body):
        return None
    language = Language(await sql.scalar(LANGUAGE, {"text": leaving.text_id}))
    shorter = shortened(leaving.body, translator(language), carried, reserve)
    if shorter == leaving.body:
        return None
    first = await sql.scalars(FIRST, {"ids": list(ids)})
    return FirstMessages(first, shorter) if first else None


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
