"""The registry of a run: a few communes, their households, whose phone is whose, and who is left out for what."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from core.outbox.messages import Reason
from core.payments.states import PaymentState
from core.platform import database
from core.registry.statuses import Status

PREFIXES: Final = ("70", "76", "60", "66", "50")
"""Orange, Malitel and Telecel."""

SHARED: Final = 0.1
SECOND_NUMBER: Final = 0.1
CHOSE_A_LANGUAGE: Final = 0.2
STOPPED: Final = 0.05
NO_PHONE: Final = 0.05
FIXED_LINE: Final = 0.03
NO_DAY: Final = 0.02

PLACES: Final = (
    "INSERT INTO region (pcode, name) VALUES ('ML01', 'Kayes')",
    "INSERT INTO cercle (pcode, region_pcode, name) VALUES ('ML0101', 'ML01', 'Bafoulabé')",
    "INSERT INTO payment_round (id, component, name) VALUES (1, 'TM', 'faults')",
)
COMMUNE: Final = "INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES (%s, 'ML0101', %s, %s)"
HOUSEHOLD: Final = (
    "INSERT INTO household (id, household_no, head_name, commune_pcode, village, language, status) "  # noqa: S608
    f"VALUES (%s, %s, %s, %s, 'Sanankoro', %s, '{Status.BENEFICIARY}')"
)
PHONE: Final = "INSERT INTO household_phone (household_id, position, msisdn) VALUES (%s, %s, %s)"
CHOICE: Final = (
    "INSERT INTO phone (msisdn, language, sms_stopped_at) "
    "VALUES (%s, %s, CASE WHEN %s THEN now() - interval '1 day' END)"
)
PAYMENT: Final = (
    "INSERT INTO payment (household_id, round_id, due_date, place, agency, amount_xof, state) "  # noqa: S608
    f"VALUES (%s, 1, %s, %s, 'Caisse', 30000, '{PaymentState.PLANNED}')"
)


@dataclass
class Expected:
    """Whom a campaign about this registry must tell, and how many rows it leaves out for what."""

    numbers: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass
class _Rows:
    households: list[tuple[object, ...]] = field(default_factory=list)
    phones: list[tuple[object, ...]] = field(default_factory=list)
    payments: list[tuple[object, ...]] = field(default_factory=list)
    choices: list[tuple[object, ...]] = field(default_factory=list)


async def make(chance: Random, *, recipients: int, communes: int, today: date) -> Expected:
    """Fill empty tables with so many numbers to tell, and some more that are not."""
    rows, expected = _Rows(), Expected()
    places = [(f"ML0101{place:02}", f"Commune {place}") for place in range(communes)]
    household = 0
    while len(expected.numbers) < recipients:
        household += 1
        pcode, name = places[household % communes]
        language = chance.choice(("bm", "bm", "fr", None))
        rows.households.append((household, f"{household:08}", f"Awa {household}", pcode, language))
        day = None if chance.random() < NO_DAY else today + timedelta(days=5 + household % communes)
        rows.payments.append((household, day, f"Mairie de {name}"))
        has_phone = _phones(chance, household, rows, expected, with_day=day is not None)
        expected.left_out[Reason.NO_DAY] += day is None
        expected.left_out[Reason.NO_PHONE] += day is not None and not has_phone
    async with database.copying() as connection, connection.cursor() as cursor:
        for statement in PLACES:
            await cursor.execute(statement.encode())
        await cursor.executemany(COMMUNE, [(pcode, name, name.lower()) for pcode, name in places])
        await cursor.executemany(HOUSEHOLD, rows.households)
        await cursor.executemany(PHONE, rows.phones)
        await cursor.executemany(PAYMENT, rows.payments)
        await cursor.executemany(CHOICE, rows.choices)
        await connection.commit()
    return expected


def _phones(chance: Random, household: int, rows: _Rows, expected: Expected, *, with_day: bool) -> bool:
    """The phones of a household; False when it has none."""
    if chance.random() < NO_PHONE:
        return False
    if expected.numbers and with_day and chance.random() < SHARED:
        rows.phones.append((household, 1, chance.choice(sorted(expected.numbers))))
        return True
    for position in (1, 2)[: 1 + (chance.random() < SECOND_NUMBER)]:
        fixed = chance.random() < FIXED_LINE
        msisdn = f"+223202{household:03}{position:02}" if fixed else _mobile(chance, household, position)
        rows.phones.append((household, position, msisdn))
        stopped = not fixed and chance.random() < STOPPED
        if stopped or chance.random() < CHOSE_A_LANGUAGE:
            rows.choices.append((msisdn, chance.choice(("bm", "fr")), stopped))
        if not with_day:
            continue
        if fixed or stopped:
            expected.left_out[Reason.FIXED_LINE if fixed else Reason.OPTED_OUT] += 1
        else:
            expected.numbers.add(msisdn)
    return True


def _mobile(chance: Random, household: int, position: int) -> str:
    return f"+223{chance.choice(PREFIXES)}{household:04}{position:02}"
