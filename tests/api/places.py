"""The same in two places of two regions: what a key of one of them is shown, and of the other not."""

from datetime import UTC, datetime, timedelta

import pytest

from core.payments.states import PaymentState
from tests.api.conftest import DIAGO, Hold
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.grievances.cases import CONDUCT, LATE, filed
from tests.support.database import change, scalar

NOW = datetime.now(UTC)
NEAR, FAR = "Ménage près", "Ménage loin"
CLOSED = """
INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, told)
SELECT id, %(at)s, 'decided', 'received', 'resolved', false FROM grievance
"""
CAMPAIGN = """
WITH round AS (SELECT id FROM payment_round LIMIT 1), campaign AS (
    INSERT INTO campaign (kind, title, round_id, subject, state, needs_second, recipients, parts)
    SELECT 'announce', 'T1', id, '{}', 'finished', false, 2, 2 FROM round RETURNING id
)
INSERT INTO message (campaign_id, kind, msisdn, household_ids, commune_pcode, state, reason, attempts, was_uncertain,
    final_at)
SELECT campaign.id, 'announce', '+2237600000' || household.id, ARRAY[household.id], commune_pcode,
    CASE commune_pcode WHEN 'ML020201' THEN 'delivered' ELSE 'failed' END,
    CASE commune_pcode WHEN 'ML020201' THEN NULL ELSE 'absent' END, 0, false, now() - interval '1 hour'
FROM campaign, household ORDER BY household.id
"""


@pytest.fixture
async def two_places(hold: Hold) -> None:
    """A household, a paid payment with a reply, a correction, complaints and a campaign, in each of two regions."""
    agent_id = await scalar(
        "INSERT INTO agent (login, name, role, scope_kind) VALUES ('k', 'K', 'agent', 'national') RETURNING id"
    )
    for number, commune in ((NEAR, SAFO), (FAR, DIAGO)):
        household_id = await seed.household(commune=commune, programme_no=number, phones=("+22376123456",))
        await seed.payment(household_id, PaymentState.PAID, due=seed.day(-9), paid=seed.day(-9), round_name="T1")
        await change(
            "INSERT INTO correction (household_id, field, before, value, reason, state, made_by, made_at) "
            "VALUES (%(id)s, 'head_name', 'Awa', 'Hawa', 'vu', 'stands', %(agent)s, now() - interval '1 day')",
            id=household_id,
            agent=agent_id,
        )
        for key, filing in ((f"{commune} 1", LATE), (f"{commune} 2", CONDUCT)):
            await filed(key, filing, 3, commune)
    await change("UPDATE grievance SET household_id = household.id FROM household "
                 "WHERE household.commune_pcode = grievance.commune_pcode")  # fmt: skip
    await change("INSERT INTO payment_reply (payment_id, reply, missing_xof, at) "
                 "SELECT id, 'not_all', 5000, now() - interval '1 day' FROM payment")  # fmt: skip
    await change(CLOSED, at=NOW - timedelta(days=1))
    await change(CAMPAIGN)
