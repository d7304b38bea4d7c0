"""Filing a grievance: once, with the least that is needed, and its reference told to whoever may be told."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from core.call_requests.vocabulary import Period
from core.grievances.calendar import due_dates
from core.grievances.following import Viewer, filed_today
from core.grievances.secrecy import kept
from core.grievances.subjects import CATEGORIES, Sensitivity, Subcategory, is_sensitive, keeps_least, subject
from core.grievances.vocabulary import TOP, Channel, GrievanceState, GrievanceStep, Level, Sex
from core.numbers.identifiers import new_reference
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.errors import JigiError
from core.platform.locks import by_name
from core.registry.households import phones_of
from core.registry.statuses import Status
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.text.formats import amount_phrase
from core.text.languages import Language

RECEIPT_WITHIN: Final = timedelta(days=2)
"""A receipt that could not be sent for so long is not sent any more."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A grievance as a person files it; `key` is the hop's or form's own, so that a repeated one files nothing more.

    `category` and `subcategory` are codes. `borrowed` says that the household gave its number and year of birth on a
    phone of somebody else, which is told nothing of it by SMS, and is called only if that is wished.

    `name`, `village` and `commune_pcode` are those of who complains or was forgotten; the commune is that of the
    household where none is given. `about` is the name of whom it is about, `asked_xof` the F CFA that were asked for:
    they are kept with the words, and stay where the name of who complains is hidden. `call_at` is another number
    (E.164) at which a call is safe, and `safe_period` when. `received_on` is the day that a village wrote it on its
    list.
    """

    key: str
    msisdn: str | None
    household_id: int | None
    category: str
    subcategory: str
    words: str | None
    anonymous: bool
    call_back: bool
    call_safe: bool | None
    sms_safe: bool | None
    language: Language
    borrowed: bool = False
    channel: Channel = Channel.USSD
    name: str | None = None
    sex: Sex | None = None
    village: str | None = None
    commune_pcode: str | None = None
    filed_by: int | None = None
    received_on: date | None = None
    about: str | None = None
    asked_xof: int | None = None
    call_at: str | None = None
    safe_period: Period | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What the person is given: the reference, and the day by which the decision is due.

    `secret` goes with the reference of a sensitive grievance that keeps nobody's number and no household.
    """

    reference: str
    answer_due: date
    secret: str | None


FILE: Final = f"""
WITH filed AS (
    INSERT INTO grievance (
        reference, filing_key, channel, category, subcategory, sensitivity, words, msisdn, household_id, commune_pcode,
        anonymous, beneficiary, language, call_back, call_safe, sms_safe, state, level, first_answer_due, decision_due,
        received_at, reopen_count, name, sex, village, filed_by, secret, safe_period)
    SELECT %(reference)s, %(key)s, %(channel)s, %(category)s, %(subcategory)s, %(sensitivity)s, %(words)s, %(msisdn)s,
        CASE WHEN %(named)s THEN household.id END,
        CASE WHEN %(placed)s THEN coalesce(CAST(%(commune_pcode)s AS varchar), household.commune_pcode) END,
        %(anonymous)s, coalesce(household.status = '{Status.BENEFICIARY}', false), %(language)s, %(call_back)s,
        %(call_safe)s, %(sms_safe)s, '{GrievanceState.RECEIVED}', %(level)s, %(first_answer_due)s, %(decision_due)s,
        %(received_at)s, 0,
        CASE WHEN %(named)s THEN CAST(%(name)s AS varchar) END, CASE WHEN %(placed)s THEN CAST(%(sex)s AS varchar) END,
        CASE WHEN %(placed)s THEN CAST(%(village)s AS varchar) END, CAST(%(filed_by)s AS integer), %(secret)s,
        CAST(%(safe_period)s AS varchar)
    FROM (SELECT CAST(%(household_id)s AS integer) AS id) AS filer LEFT JOIN household ON household.id = filer.id
    ON CONFLICT DO NOTHING RETURNING id, reference, decision_due, secret
), noted AS (
    INSERT INTO grievance_event (grievance_id, at, kind, to_state, agent_id, told)
    SELECT id, %(now)s, '{GrievanceStep.RECEIVE}', '{GrievanceState.RECEIVED}', CAST(%(filed_by)s AS integer), true
    FROM filed
)
SELECT reference, decision_due AS answer_due, secret FROM filed
"""  # noqa: S608 - our own words
TIE_RECEIPT: Final = f"""
UPDATE grievance_event SET message_id = (SELECT id FROM message WHERE key = %(key)s)
WHERE grievance_id = (SELECT id FROM grievance WHERE reference = %(reference)s) AND kind = '{GrievanceStep.RECEIVE}'
"""  # noqa: S608
ONE_AT_A_TIME: Final = f"SELECT {by_name('filing from', 'msisdn')}"
FILED: Final = "SELECT reference, decision_due AS answer_due, secret FROM grievance WHERE filing_key = %(key)s"


class FiledAlready(JigiError):
    """The same was filed from this phone within a day, under `reference`."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


async def file(filing: Filing, now: datetime, *, alone_for: Viewer | None = None) -> Filed:
    """File a grievance once, however often its key comes, and give its reference.

    `alone_for` is who files what is not to be filed twice within a day: two calls of one phone wait for each other, as
    one that was cut may still be writing when the next comes.

    A reference that is all there is to follow it by is long, and a sensitive one has a secret besides.

    An anonymous one keeps no household or name, and the number only for a call back or where using it was said to be
    safe. Of a category that keeps the least, no words, household, name, sex, village or commune stay, and the number
    only if a call or an SMS was said to be safe. One from a village's list is as old as the list says, and due so long
    after `now`: nobody is promised a day that is past. Raises UnknownCategoryError, and FiledAlready.
    """
    filing = await _off_the_borrowed_phone(filing)
    values = await _values(filing, now)
    ownerless = _is_ownerless(filing)
    secret = new_secret() if ownerless and _gives_secrets(filing) else None
    async with writing():
        if alone_for is not None:
            await sql.execute(ONE_AT_A_TIME, {"msisdn": alone_for.msisdn})
            twin = await filed_today(alone_for, Subcategory(filing.subcategory), now)
            if twin is not None and await filed_before(filing.key) is None:
                raise FiledAlready(twin)
        while True:
            reference = new_reference(long=ownerless)
            words = kept(values["words"], reference, sensitive=values["sensitivity"] == Sensitivity.SENSITIVE)
            drawn = {"reference": reference, "secret": secret, "words": words}
            filed = await sql.row(Filed, FILE, values | drawn)
            if filed:
                await _tell_received(filing, filed, now)
                return filed
            earlier = await filed_before(filing.key)
            if earlier:
                return earlier


async def _off_the_borrowed_phone(filing: Filing) -> Filing:
    """The same with the household's own phone, or with a borrowed one only to be called at, where that is wished."""
    if not filing.borrowed or filing.household_id is None:
        return filing
    if filing.call_back:
        return replace(filing, sms_safe=False)
    phones = await phones_of(filing.household_id)
    return replace(filing, msisdn=phones[0].msisdn if phones else None)


@goes_by(DatabaseTask.LINE)
async def filed_before(key: str) -> Filed | None:
    """What was given when a grievance was filed under this key, or None."""
    return await sql.row(Filed, FILED, {"key": key})


@goes_by(DatabaseTask.LINE)
async def file_for(actor: Actor, filing: Filing, now: datetime) -> Filed:
    """File what somebody said or wrote to `actor`, who may not read all that they take; raises UnknownCategoryError.

    It goes in as on the line, for the desk writes nothing that whoever asks may not see.
    """
    async with writing():
        earlier = await filed_before(filing.key)
        if earlier is not None:
            return earlier
        filed = await file(replace(filing, filed_by=actor.id), now)
        detail = {"channel": filing.channel.value}
        await audit.record(actor.id, Act.GRIEVANCE_FILED, f"grievance {filed.reference}", now, detail)
    return filed


async def _values(filing: Filing, now: datetime) -> dict[str, Any]:
    """The parameters of FILE, but for the reference."""
    category, subcategory = subject(filing.category, filing.subcategory)
    least = keeps_least(category)
    first_answer_due, decision_due = await due_dates(category, now.date())
    return {
        "key": filing.key,
        "channel": filing.channel.value,
        "category": category.value,
        "subcategory": subcategory.value,
        "sensitivity": CATEGORIES[category].sensitivity.value,
        "words": None if least else _words(filing),
        "msisdn": _number(filing, least=least),
        "household_id": filing.household_id,
        "named": not (filing.anonymous or least),
        "placed": not least,
        "anonymous": filing.anonymous,
        "language": filing.language.value,
        "call_back": filing.call_back,
        "call_safe": filing.call_safe,
        "sms_safe": filing.sms_safe,
        "level": (TOP if is_sensitive(category) else Level.VILLAGE).value,
        "first_answer_due": first_answer_due,
        "decision_due": decision_due,
        "now": now,
        "received_at": datetime.combine(filing.received_on, time(), UTC) if filing.received_on else now,
        "name": filing.name,
        "sex": filing.sex.value if filing.sex else None,
        "village": filing.village,
        "commune_pcode": filing.commune_pcode,
        "filed_by": filing.filed_by,
        "safe_period": filing.safe_period.value if filing.safe_period and filing.call_safe else None,
    }


def _words(filing: Filing) -> str | None:
    """What was said, as the desk reads it: of whom, how much was asked, and the person's own words, each on a line."""
    lines = (
        f"Inscrit à tort : {filing.about}" if filing.about else "",
        f"Demandé : {amount_phrase(Language.staff(), filing.asked_xof)}" if filing.asked_xof else "",
        filing.words or "",
    )
    return "\n".join(line for line in lines if line) or None


def _gives_secrets(filing: Filing) -> bool:
    """Whether its reference gets a secret: a sensitive one's on the line; at the desk one tells its number alone."""
    return filing.channel is Channel.USSD and is_sensitive(subject(filing.category, filing.subcategory)[0])


def new_secret() -> str:
    """Draw the four digits that go with the reference of what has no owner."""
    return f"{secrets.randbelow(10_000):04}"


def _is_ownerless(filing: Filing) -> bool:
    """Whether neither a household nor the phone is kept that it can be followed from: only its reference is left.

    Another number is kept to be called, not to follow it from: it may be a neighbour's.
    """
    least = keeps_least(subject(filing.category, filing.subcategory)[0])
    of_household = filing.household_id is not None and not (filing.anonymous or least)
    number = _number(filing, least=least)
    of_phone = number is not None and number == filing.msisdn and not filing.anonymous
    return not of_household and not of_phone


def _number(filing: Filing, *, least: bool) -> str | None:
    """The number that is kept, if one is: the other one where a call to it was said to be safe."""
    if not _keeps_number(filing, least=least):
        return None
    return filing.call_at if filing.call_at and filing.call_back and filing.call_safe else filing.msisdn


def _keeps_number(filing: Filing, *, least: bool) -> bool:
    safe = filing.call_safe is True or filing.sms_safe is True
    return safe if least else safe or filing.call_back or not filing.anonymous


async def _tell_received(filing: Filing, filed: Filed, now: datetime) -> None:
    """Send the reference to whoever may be told by SMS; who called just now gets it at any hour."""
    category, _ = subject(filing.category, filing.subcategory)
    sensitive = is_sensitive(category)
    if filing.msisdn is None or not _keeps_number(filing, least=keeps_least(category)):
        return
    if not may_be_told(filing.anonymous, sensitive=sensitive, sms_safe=filing.sms_safe):
        return
    notice = Notice(
        key=f"received {filed.reference}",
        kind=NoticeKind.RECEIVED,
        msisdn=filing.msisdn,
        language=filing.language,
        filling={"ref": filed.reference, "due": filed.answer_due.isoformat(), "discreet": sensitive},
        prompt=filing.channel is Channel.USSD,
        not_after=now + RECEIPT_WITHIN,
        household_id=None if sensitive or filing.anonymous else filing.household_id,
    )
    if await queue_notice(notice, now):
        await sql.execute(TIE_RECEIPT, {"reference": filed.reference, "key": notice.key})


def may_be_told(anonymous: bool, *, sensitive: bool, sms_safe: bool | None) -> bool:
    """Whether an SMS may go out about a grievance.

    Not where the name is hidden: the phone is shared; nor where an SMS was said not to be safe. About a sensitive one
    only where an SMS was said to be safe.
    """
    return sms_safe is True if sensitive else not anonymous and sms_safe is not False
