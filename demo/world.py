"""The demonstration: an invented programme, written to import files and imported as any other.

Everything is told from one day, and comes out the same at every build of that day.
"""

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Final

from core.grievances import prepared_answers
from core.imports import importing
from core.imports.importing import ImportReport, columns
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from core.platform import database, sql
from core.platform.errors import JigiError
from core.registry.components import ComponentCode
from core.registry.statuses import Status
from core.schema import identity
from core.schema.identity import DatabaseKind
from demo.callers import CALLER_HOUSEHOLDS, FIRST_SERIAL, Situation
from demo.contacts import contact_cells
from demo.grievances import file_grievances
from demo.households import CASH_PLUS_CERCLE, DemoHousehold, households
from demo.payments import DemoPayment, Paydays, before_the_move, payments, working_day
from demo.places import DEMO_PLACES, DemoPlace

SMALL: Final = 3_000
FULL: Final = 79_168
"""Households paid by the programme (its own figure)."""

COMMUNES: Final = 133
"""Communes of the programme at the end of 2018 (its own figure)."""

Progress = Callable[[ImportKind, int, int | None], None]
"""Called with the kind of file, the rows read so far, and how many there may be."""

WAGE_XOF: Final = 1_500
"""What a day of the invented public works pays."""


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """An event of every commune: in how many days at the earliest, from when to when (None: no end is written)."""

    component: ComponentCode
    days: int
    begin: time
    end: time | None
    what_fr: str
    what_bm: str
    wage_xof: int | str = ""


_EVENTS: Final = (
    DemoEvent(ComponentCode.MA, 0, time(8), time(9, 30), "Informations, formations", "Kunnafoni ni kalan"),
    DemoEvent(ComponentCode.MA, 0, time(15), time(16, 30), "Informations, formations", "Kunnafoni ni kalan"),
    DemoEvent(ComponentCode.MA, 7, time(9), None, "Informations, formations", "Kunnafoni ni kalan"),
    DemoEvent(ComponentCode.PNP, 8, time(8), None, "Nourriture mère et enfant", "Ba ni den ka dumuni"),
    DemoEvent(ComponentCode.HIMO, 12, time(7), time(13), "Travaux publics payés", "Foroba baara", WAGE_XOF),
    DemoEvent(ComponentCode.AGR, 14, time(10), None, "Aide petite activité", "Warisɔrɔbaaraw"),
)
_CASH_PLUS_EVENT: Final = DemoEvent(
    ComponentCode.CASH_PLUS, 10, time(9), None, "Kit élevage ou jardin", "Bagan walima nakɔ"
)


class NotADemonstration(JigiError, RuntimeError):
    """The database holds households that no demonstration made."""


async def build(
    folder: Path,
    today: date,
    *,
    count: int = SMALL,
    communes_file: Path | None = None,
    progress: Progress = lambda kind, rows, expected: None,
) -> tuple[ImportReport, ...]:
    """Write the import files of `count` households to `folder`, import them, and return what each import did.

    Places are those of `communes_file` (133 communes of it have households), or two dozen of ours. What an earlier
    build paid and held is made anew, so that days are told from `today`. Raises OtherKind on a programme's own
    database, NotADemonstration, ValueError when `count` is less than the households behind the demonstration phones,
    and UnreadableFile for the communes.
    """
    if count < len(CALLER_HOUSEHOLDS):
        raise ValueError(f"at least {len(CALLER_HOUSEHOLDS)} households are behind the demonstration phones")
    await identity.become(DatabaseKind.DEMO)
    await _make_room()

    async def imported(kind: ImportKind, path: Path) -> ImportReport:
        return await importing.run(
            kind, path, progress=lambda rows, expected: progress(kind, rows, expected), today=today
        )

    reports = [await imported(ImportKind.COMMUNES, _communes(folder / "communes.csv", communes_file))]
    places = await _places_with_households() if communes_file else DEMO_PLACES
    moved = [caller.situation for caller in CALLER_HOUSEHOLDS].index(Situation.MOVED) % len(places)
    paydays = Paydays(today, places, moved)
    files = (
        (ImportKind.HOUSEHOLDS, "households.csv", _household_rows(count, places)),
        (
            ImportKind.PAYMENTS,
            "payments-before.csv",
            _payment_rows(count, places, paydays, before_the_move),
        ),
        (ImportKind.PAYMENTS, "payments.csv", _payment_rows(count, places, paydays, payments)),
        (ImportKind.EVENTS, "events.csv", _event_rows(places, today)),
    )
    for kind, name, rows in files:
        header = columns(kind)
        reports.append(await imported(kind, _written(folder / name, header, rows)))
    await _date_enrolments()
    await file_grievances(today)
    await prepared_answers.plant()
    return tuple(reports)


async def _make_room() -> None:
    """Take away the payments, events and SMS of an earlier build, whose days were told from another day."""
    async with database.copying() as connection:
        cursor = await connection.execute(
            "SELECT EXISTS (SELECT FROM household WHERE household_no < %s)", [household_no(FIRST_SERIAL)]
        )
        row = await cursor.fetchone()
        if row and row[0]:
            raise NotADemonstration("households that are not of a demonstration stand in this database")
        for table in ("message", "sms_batch", "message_text", "campaign", "campaign_rule_off", "campaign_rule_look"):
            await connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        await connection.execute(
            "TRUNCATE payment_reply, payment_move, payment, component_event, early_report, inbound_sms, event_sending, "
            "outgoing_event, spdci_message, spdci_asking, field_submission, field_form"
        )
        await connection.execute("DELETE FROM payment_round")


PLACES: Final = """
SELECT region.name AS region, region.pcode AS region_pcode, cercle.name AS cercle, cercle.pcode AS cercle_pcode,
    commune.name AS commune, commune.pcode AS commune_pcode
FROM commune JOIN cercle ON cercle.pcode = cercle_pcode JOIN region ON region.pcode = region_pcode
ORDER BY commune.pcode
"""


async def _places_with_households() -> Sequence[DemoPlace]:
    """As many communes as the programme had, evenly drawn from all that are known, by P-code."""
    communes = await sql.rows(DemoPlace, PLACES)
    wanted = min(COMMUNES, len(communes))
    return [communes[number * len(communes) // wanted] for number in range(wanted)]


async def _date_enrolments() -> None:
    """A household was enrolled when it was first paid; its transfer ended, and what follows began, when last."""
    paid = (
        "(SELECT household_id, min(paid_on) AS first, max(paid_on) AS last FROM payment GROUP BY household_id) AS paid"
    )
    async with database.copying() as connection:
        await connection.execute(
            f"UPDATE enrolment SET since = CASE WHEN status = '{Status.EXITED}' AND component <> '{ComponentCode.TM}' "  # noqa: S608
            f"THEN last ELSE first END FROM {paid} JOIN household ON id = paid.household_id "
            "WHERE enrolment.household_id = paid.household_id"
        )
        await connection.execute(
            "INSERT INTO enrolment (household_id, component, since, ended) "  # noqa: S608
            f"SELECT id, '{ComponentCode.TM}', first, last FROM household JOIN {paid} ON household_id = household.id "
            f"WHERE status = '{Status.EXITED}' ON CONFLICT DO NOTHING"
        )


def _written(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _communes(path: Path, given: Path | None) -> Path:
    if given is None:
        header = columns(ImportKind.COMMUNES)
        contacts = contact_cells(len(DEMO_PLACES))
        rows = ((*astuple(place), *cells) for place, cells in zip(DEMO_PLACES, contacts, strict=True))
        return _written(path, header, rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(given, path.with_suffix(given.suffix.lower())))


def _household_rows(count: int, places: Sequence[DemoPlace]) -> Iterator[Sequence[object]]:
    for household in households(count, places):
        yield (
            household.number,
            household.head_name,
            household.birth_year,
            household.phone,
            household.alt_phone,
            places[household.commune].commune_pcode,
            household.village,
            household.language,
            household.status,
            household.reason or "",
            ";".join(household.components),
        )


def _payment_rows(
    count: int,
    places: Sequence[DemoPlace],
    paydays: Paydays,
    chosen: Callable[[DemoHousehold, Paydays], Iterator[DemoPayment]],
) -> Iterator[Sequence[object]]:
    names = columns(ImportKind.PAYMENTS)
    for household in households(count, places):
        for payment in chosen(household, paydays):
            yield tuple(getattr(payment, name) for name in names)


def _event_rows(places: Sequence[DemoPlace], today: date) -> Iterator[Sequence[object]]:
    for number, place in enumerate(places):
        events = (*_EVENTS, _CASH_PLUS_EVENT) if place.cercle == CASH_PLUS_CERCLE else _EVENTS
        for event in events:
            day = working_day(today + timedelta(days=event.days + number % 7))
            where = f"École de {place.commune}"
            begin, end = f"{event.begin:%H:%M}", f"{event.end:%H:%M}" if event.end else ""
            what = event.what_fr, event.what_bm
            yield event.component, place.commune_pcode, "", day, begin, where, *what, end, event.wage_xof
