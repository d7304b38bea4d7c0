"""The answer of a call that was cut before its end, by SMS: who paid for a call gets what they called for."""

from datetime import datetime, timedelta
from typing import Final

from core.callers import recognise
from core.database import writing
from core.gateway_sessions import record
from core.languages import Language
from core.notices import Notice, NoticeKind, tell
from core.session_end import SessionEnd, Unsaid

LATE: Final = timedelta(minutes=30)
"""Later than this the call is forgotten, and the phone may be in other hands."""


LONGEST: Final = 260
"""Characters of an answer: with what stands around it, two SMS parts. Lines beyond are left out."""


async def end(session_end: SessionEnd, unsaid: Unsaid | None, now: datetime) -> None:
    """Record the end of a session and, in the same transaction, queue the answer that its person may not have read.

    One SMS a day for each question of a phone: whoever is cut off again and again is told once. What was asked of
    another household than the phone's own is not left on it.
    """
    async with writing():
        await record(session_end)
        if unsaid is None or not await _may_stay(unsaid):
            return
        notice = Notice(
            key=f"cut {unsaid.msisdn} {unsaid.screen} {now.date()}",
            kind=NoticeKind.CALL_CUT,
            msisdn=unsaid.msisdn,
            language=unsaid.language or Language.BM,
            filling={"text": _shortened(unsaid.text)},
            prompt=True,
            not_after=now + LATE,
        )
        await tell(notice, now)


async def _may_stay(unsaid: Unsaid) -> bool:
    household = unsaid.memory.get("household")
    if household is None:
        return True
    return any(card.id == household for card in (await recognise(unsaid.msisdn)).households)


def _shortened(text: str) -> str:
    """The text by its first lines, as many as are worth two parts."""
    kept, *rest = text.split("\n")
    for line in rest:
        if len(kept) + 1 + len(line) > LONGEST:
            break
        kept = f"{kept}\n{line}"
    return kept
