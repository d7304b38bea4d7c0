"""A grievance is about something else than was written: another subject or household, behind the wall or out of it.

What somebody may not see they cannot write either, so that a grievance passes the wall by the line's sign-in, as one
that is filed does: once whoever acts is known to see it, and only from the page they saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlmodel import col, func

from core.grievances.calendar import due_dates
from core.grievances.changes import BEGINNING, NOBODYS, Values, change, write_event
from core.grievances.filing import new_secret
from core.grievances.followers import let_go
from core.grievances.following import OWNED
from core.grievances.locked import Locked, NotThere
from core.grievances.merging import unname_in_others
from core.grievances.models import Grievance
from core.grievances.rules import check_words
from core.grievances.secrecy import CORRECTED_AT_DESK, correction_reason, kept
from core.grievances.steps import DeskVisit, by, taking
from core.grievances.subjects import CATEGORIES, Category, Sensitivity, Subcategory, category_of
from core.grievances.vocabulary import TOP, GrievanceState, GrievanceStep, Level
from core.outbox.messages import AT_A_WORKER, BatchState, MessageState, Reason
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import DatabaseTask, Session, goes_by
from core.platform.encryption import decrypted
from core.platform.errors import JigiError
from core.staff.row_security import seen_by
from core.text.words import DESK, label


class OtherWall(JigiError, ValueError):
    """The subject is on the other side of the wall: it is entrusted or released, not only changed."""


class NoSuchNumber(JigiError, LookupError):
    """No household that is seen by whoever acts has this number."""


@dataclass(frozen=True, slots=True)
class SafeWays:
    """By which ways the person says they can be reached without danger."""

    call: bool
    sms: bool

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.call or self.sms


SEEN: Final = "SELECT EXISTS (SELECT FROM grievance WHERE reference = %(reference)s)"
HOUSEHOLD: Final = "SELECT id, commune_pcode FROM household WHERE household_no = %(number)s"
NOBODYS_TRACE: Final[Mapping[str, None]] = dict.fromkeys(
    ("words", "answer", "household_id", "name", "sex", "village", "commune_pcode")
)
"""Of a grievance whose category keeps the least."""

CONTENT: Final = "SELECT words, answer FROM grievance WHERE id = %(id)s"
NOTES: Final = "SELECT id, note FROM grievance_event WHERE grievance_id = %(id)s AND note IS NOT NULL ORDER BY id"
WRITE_NOTE: Final = "UPDATE grievance_event SET note = %(note)s WHERE id = %(id)s"
FORGET_NOTES: Final = "UPDATE grievance_event SET note = NULL WHERE grievance_id = %(id)s"
_TOLD: Final = """message.msisdn IN (SELECT msisdn FROM household_phone
        WHERE household_id = CAST(%(household_id)s AS integer) UNION ALL SELECT CAST(%(msisdn)s AS varchar))
    AND (filling ->> 'ref' = %(reference)s OR strpos(filling ->> 'text', %(reference)s) > 0)"""
"""SQL of what was told of it to its own phones, be it asked for, or the end of a call that was cut."""

HUSH: Final = f"""
WITH hushed AS (
    UPDATE message SET filling = filling - 'text' || '{{"discreet": true}}', household_ids = '{{}}' WHERE {_TOLD}
    RETURNING batch_id
), unwritten AS (
    UPDATE sms_batch SET text_id = NULL FROM hushed WHERE sms_batch.id = batch_id AND state = '{BatchState.READY}'
)
UPDATE message_text SET content = '', body = '' WHERE campaign_id IS NULL AND id IN (
    SELECT text_id FROM sms_batch JOIN hushed ON hushed.batch_id = sms_batch.id
    WHERE state NOT IN {listed(AT_A_WORKER)})
"""  # noqa: S608 - our own words
"""What was told of it bears no word of it any more, and only focal persons see it; what waits is written anew."""

STOP: Final = f"""
UPDATE message SET state = '{MessageState.DROPPED}', reason = '{Reason.CHANGED}', final_at = %(now)s
WHERE {_TOLD} AND message.state = '{MessageState.PLANNED}'
    AND (kind = '{NoticeKind.CALL_DROPPED}' OR NOT CAST(%(sms)s AS boolean))
"""  # noqa: S608
"""The end of a call that was cut goes out no more at all: it may hold its words."""

FORGET_LINKS: Final = """
UPDATE payment_reply SET grievance_id = NULL WHERE grievance_id = %(id)s
"""
"""Where the category keeps the least: a payment would still say whose it is."""

GIVE_SECRET: Final = f"""
UPDATE grievance SET secret = %(secret)s WHERE id = %(id)s AND secret IS NULL AND NOT {OWNED}
"""  # noqa: S608
"""Where neither a phone nor a household is left, its old number alone shows it to nobody: others know it too."""

UNNAME: Final = "UPDATE correction SET reason = %(now_said)s WHERE reason = %(said)s"
"""A correction that was made in it does not bear its number any more: it would say where to look for it."""


@dataclass(frozen=True, slots=True)
class _Content:
    words: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class _Note:
    id: int
    note: str


@dataclass(frozen=True, slots=True)
class _Household:
    id: int
    commune_pcode: str


async def change_subject(visit: DeskVisit, subcategory: Subcategory, why: str) -> None:
    """Give it another subject on the same side of the wall, with a reason; it is due no later than before.

    Raises OtherWall for a subject of the other side, and what `taking` raises.
    """
    check_words(GrievanceStep.RECLASSIFY, why)
    category = category_of(subcategory)
    async with taking(visit, GrievanceStep.RECLASSIFY) as (session, case):
        if (CATEGORIES[category].sensitivity is Sensitivity.SENSITIVE) is not case.sensitive:
            raise OtherWall(subcategory.value)
        forgotten = NOBODYS_TRACE if CATEGORIES[category].least else {}
        await change(session, case, case.state, **await _subject(category, subcategory, visit.now.date()), **forgotten)
        note = f"{label(category, DESK)} · {label(subcategory, DESK)} : {why.strip()}"
        await write_event(session, case, GrievanceStep.RECLASSIFY, case.state, **by(visit), note=note)


async def change_household(visit: DeskVisit, number: str, why: str) -> None:
    """Say which household it is of, by its number, or of none where that is empty; with a reason.

    It goes where the household is. Raises NoSuchNumber.
    """
    check_words(GrievanceStep.RECLASSIFY, why)
    async with taking(visit, GrievanceStep.RECLASSIFY) as (session, case):
        values: Values = {"household_id": None}
        if number:
            household = await sql.row(_Household, HOUSEHOLD, {"number": number})
            if household is None:
                raise NoSuchNumber(number)
            values = {"household_id": household.id, "commune_pcode": household.commune_pcode}
        await change(session, case, case.state, **values)
        note = f"Ménage {number or 'aucun'} : {why.strip()}"
        await write_event(session, case, GrievanceStep.RECLASSIFY, case.state, **by(visit), note=note)


async def entrust(visit: DeskVisit, subcategory: Subcategory, safe: SafeWays, why: str) -> None:
    """Give it to the focal persons at once: for everybody else it is no row, no word and no count any more.

    It is kept as one that was filed as sensitive: its words encrypted, or gone with all that tells who complained where
    the category keeps the least; the number stays where a call or an SMS is safe, or the category keeps it. No SMS of
    before goes out any more unless an SMS is safe. Raises OtherWall for a subject that is not sensitive.
    """
    check_words(GrievanceStep.ENTRUST, why)
    await _must_be_seen(visit)
    await pass_behind(visit, subcategory, safe, why)


@goes_by(DatabaseTask.LINE)
async def pass_behind(visit: DeskVisit, subcategory: Subcategory, safe: SafeWays, why: str) -> None:
    """What `entrust` does once whoever acts is known to see it, by the line's sign-in."""
    category = category_of(subcategory)
    if CATEGORIES[category].sensitivity is not Sensitivity.SENSITIVE:
        raise OtherWall(subcategory.value)
    least = CATEGORIES[category].least
    async with taking(visit, GrievanceStep.ENTRUST) as (session, case):
        secret = replace(case, sensitivity=Sensitivity.SENSITIVE)
        await _hush(case, safe, visit)
        if least:
            await sql.execute(FORGET_LINKS, {"id": case.id})
            await sql.execute(FORGET_NOTES, {"id": case.id})
        values: Values = {"level": TOP, "call_safe": safe.call, "sms_safe": safe.sms, "escalated_at": None}
        values |= dict(NOBODYS_TRACE) if least else await _encrypted(case)
        if least and not safe.any:
            values |= {"msisdn": None, "call_back": False}
        await _pass(session, secret, values | await _subject(category, subcategory, visit.now.date()))
        await sql.execute(GIVE_SECRET, {"id": case.id, "secret": new_secret()})
        await write_event(session, secret, GrievanceStep.ENTRUST, GrievanceState.RECEIVED, **by(visit), note=why)


async def release(visit: DeskVisit, subcategory: Subcategory, why: str) -> None:
    """Give it back to everybody, by the focal person who holds it: nothing in it was sensitive.

    What the person said goes along; what focal persons noted and answered does not. Raises OtherWall for a subject that
    is sensitive.
    """
    check_words(GrievanceStep.RELEASE, why)
    await _must_be_seen(visit)
    await pass_out(visit, subcategory, why)


@goes_by(DatabaseTask.LINE)
async def pass_out(visit: DeskVisit, subcategory: Subcategory, why: str) -> None:
    """What `release` does once whoever acts is known to see it, by the line's sign-in."""
    category = category_of(subcategory)
    if CATEGORIES[category].sensitivity is Sensitivity.SENSITIVE:
        raise OtherWall(subcategory.value)
    async with taking(visit, GrievanceStep.RELEASE) as (session, case):
        content = await sql.row(_Content, CONTENT, {"id": case.id})
        words = content.words if content else None
        opened = replace(case, sensitivity=CATEGORIES[category].sensitivity)
        await sql.execute(FORGET_NOTES, {"id": case.id})
        values: Values = {"level": Level.VILLAGE, "answer": None, "secret": None}
        values["words"] = decrypted(words, case.reference) if words else None
        await _pass(session, opened, values | await _subject(category, subcategory, visit.now.date()))
        await write_event(session, opened, GrievanceStep.RELEASE, GrievanceState.RECEIVED, **by(visit), note=why)


async def _must_be_seen(visit: DeskVisit) -> None:
    """Raise NotThere for what whoever acts does not see."""
    async with seen_by(visit.actor):
        if not await sql.scalar(SEEN, {"reference": visit.reference}):
            raise NotThere(visit.reference)


async def _subject(category: Category, subcategory: Subcategory, today: date) -> Values:
    """The columns of a subject; its days are no later than those that were promised."""
    first_answer_due, decision_due = await due_dates(category, today)
    return {
        "category": category,
        "subcategory": subcategory,
        "sensitivity": CATEGORIES[category].sensitivity,
        "first_answer_due": func.least(col(Grievance.first_answer_due), first_answer_due),
        "decision_due": func.least(col(Grievance.decision_due), decision_due),
    }


async def _pass(session: Session, case: Locked, values: Mapping[str, Any]) -> None:
    """Through the wall: nobody's, and at its beginning; it follows none and none follows it."""
    await let_go(case)
    await change(session, case, GrievanceState.RECEIVED, **{**BEGINNING, **NOBODYS, **values})


async def _encrypted(case: Locked) -> Values:
    """Its words and its answer before as a sensitive one keeps them; what the timeline says is encrypted in place."""
    content = await sql.row(_Content, CONTENT, {"id": case.id}) or _Content(None, None)
    for each in await sql.rows(_Note, NOTES, {"id": case.id}):
        await sql.execute(WRITE_NOTE, {"id": each.id, "note": kept(each.note, case.reference, sensitive=True)})
    return {
        "words": kept(content.words, case.reference, sensitive=True),
        "answer": content.answer,
    }


async def _hush(case: Locked, safe: SafeWays, visit: DeskVisit) -> None:
    """Nothing that was said of it to others, or written of it elsewhere, tells of it any more."""
    whose = {"msisdn": case.msisdn, "household_id": case.household_id, "reference": case.reference}
    await sql.execute(STOP, whose | {"now": visit.now, "sms": safe.sms})
    await sql.execute(HUSH, whose)
    await unname_in_others(case)
    await sql.execute(UNNAME, {"said": correction_reason(case.reference), "now_said": CORRECTED_AT_DESK})
