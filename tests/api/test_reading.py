"""What is read: of one's own place, by one's scopes, nothing sensitive, page by page, and once where it is the same."""

from datetime import UTC, datetime, timedelta

import pytest

from core.payments.states import PaymentState
from core.systems.scopes import KeyScope
from tests.api.conftest import DIAGO, Hold, listed
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.grievances.cases import CONDUCT, LATE, filed
from tests.support.database import change, query, scalar

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


async def test_a_key_reads_its_place_and_nothing_sensitive(two_places: None, hold: Hold) -> None:
    whole = await hold(*KeyScope, system="whole")
    reads = [scope for scope in KeyScope if scope.value.endswith(":read")]
    region = await hold(*reads, region="ML02", system="near")
    for system, numbers in ((whole, [NEAR, FAR]), (region, [NEAR])):
        cases = await system.every("/grievances")
        assert listed(cases, "household_no") == numbers
        assert {case["category"] for case in cases} == {LATE.category}
        assert listed(await system.every("/decisions"), "household_no") == numbers
        assert listed(await system.every("/corrections"), "household_no") == numbers
        assert [(row["household_no"], row["missing_xof"]) for row in await system.every("/receipts")] == [
            (number, 5000) for number in numbers
        ]
        deliveries = await system.every("/campaigns/1/deliveries")
        assert listed(deliveries, "household_nos") == [[number] for number in numbers]
        unreached = await system.every("/campaigns/1/unreached")
        assert [(row["household_no"], row["why"]) for row in unreached] == [
            (number, "absent") for number in numbers if number == FAR
        ]
        figures = await system.get("/figures", since=f"{seed.day(-30)}", until=f"{NOW.date()}")
        assert figures["indicators"][0]["whole"] == len(numbers)
    assert listed(await whole.every("/campaigns"), "component") == ["TM"]
    await whole.get("/campaigns/9/unreached", 404)


async def test_words_are_for_a_key_that_may_read_them(two_places: None, hold: Hold) -> None:
    await change("UPDATE grievance SET words = 'mots', name = 'Zulmabounty', anonymous = (commune_pcode = %(far)s)",
                 far=DIAGO)  # fmt: skip
    plain = await (await hold(KeyScope.READ_GRIEVANCES, system="plain")).every("/grievances")
    assert listed(plain, "words") == [None, None]
    reader = await hold(KeyScope.READ_GRIEVANCES, KeyScope.READ_WORDS, system="reader")
    answer = await reader.http.get("/grievances")
    assert listed(answer.json()["items"], "words") == ["mots", "mots"]
    assert listed(answer.json()["items"], "household_no") == [NEAR, None]
    assert "Zulmabounty" not in answer.text
    assert "+223" not in answer.text


async def test_what_is_read_of_persons_stands_in_the_trail_once_for_each_page(two_places: None, hold: Hold) -> None:
    system = await hold(KeyScope.READ_CORRECTIONS, KeyScope.READ_FIGURES)
    await system.every("/corrections")
    read = await query(
        "SELECT about, detail ->> 'of' AS of, detail ->> 'rows' AS rows FROM audit_entry WHERE act = 'read by system'"
    )
    assert read == [("system rsu", "/api/v1/corrections", "1")] * 2
    first = await system.http.get("/corrections")
    again = await system.http.get("/corrections", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert await scalar("SELECT count(*) FROM audit_entry WHERE act = 'read by system'") == 3
    await change("UPDATE correction SET state = 'confirmed' WHERE id = 1")
    changed = await system.http.get("/corrections", headers={"If-None-Match": first.headers["etag"]})
    assert listed(changed.json()["items"], "id") == [2]


async def test_a_cursor_is_of_its_list_its_query_and_its_holder(two_places: None, hold: Hold) -> None:
    system = await hold(KeyScope.READ_GRIEVANCES, KeyScope.READ_DECISIONS)
    cursor = (await system.get("/grievances", limit=1))["next"]
    await system.get("/decisions", 400, cursor=cursor)
    await system.get("/grievances", 400, cursor=cursor, state="received")
    other = await hold(KeyScope.READ_GRIEVANCES, system="other")
    await other.get("/grievances", 400, cursor=cursor)
    assert (await system.get("/grievances", limit=500, cursor=cursor))["next"] is None


async def test_what_is_just_written_waits_so_that_no_cursor_skips_it(two_places: None, hold: Hold) -> None:
    await change("UPDATE grievance SET received_at = now()")
    assert (await (await hold(KeyScope.READ_GRIEVANCES)).get("/grievances"))["items"] == []
