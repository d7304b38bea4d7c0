"""The answer of a call that was dropped before its end, by SMS: who paid for a call gets what they called for."""

from datetime import datetime, timedelta
from typing import Final

from core.calls.gateway_sessions import record
from core.calls.session_end import SessionEnd, Unsaid
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform.database import writing
from core.registry.callers import recognise
from core.text.languages import Language

LATE: Final = timedelta(minutes=30)
"""Later than this the call is forgotten, and the phone may be in other hands."""


LONGEST: Final = 260
"""Characters of an answer: with what stands around it, two SMS parts. Lines and words beyond are left out."""


async def end(session_end: SessionEnd, unsaid: Unsaid | None, now: datetime) -> None:
    """Record the end of a session and, in the same transaction, queue the answer that its person may not have read.

    One SMS a day for each question of a phone about a household: whoever is cut off again and again gets it once. What
    was asked of another household than the phone's own is not left on it.
    """
    async with writing():
        await record(session_end)
        if unsaid is None:
            return
        asked = unsaid.memory.get("household")
        if asked is not None and asked not in {card.id for card in (await recognise(unsaid.msisdn)).households}:
            return
        language = unsaid.language or Language.default()
        notice = Notice(
            key=f"cut {unsaid.msisdn} {unsaid.screen} {asked or 0} {now.date()}",
            kind=NoticeKind.CALL_DROPPED,
            msisdn=unsaid.msisdn,
            language=language,
            filling={"text": _shortened(unsaid.text)},
            prompt=True,
            not_after=now + LATE,
        )
        await queue_notice(notice, now)


def _shortened(text: str) -> str:
    """The text by its first lines, as many as are worth two parts; a first line that is longer, by its first words."""
    kept, *rest = text.split("\n")
    if len(kept) > LONGEST:
        return kept[: LONGEST + 1].rsplit(" ", 1)[0][:LONGEST]
    for line in rest:
        if len(kept) + 1 + len(line) > LONGEST:
            break
        kept = f"{kept}\n{line}"
    return kept
