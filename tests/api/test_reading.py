"""What is read: of one's own place, by one's scopes, nothing sensitive, page by page, and once where it is the same."""

from collections.abc import Mapping
from typing import Any

from core.systems.scopes import KeyScope
from tests.api.conftest import DIAGO, Hold, listed
from tests.api.places import FAR, NEAR, NOW, two_places
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.grievances.cases import LATE, filed
from tests.support.database import change, query, scalar

__all__ = ["two_places"]


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


ONCE_MORE = """
INSERT INTO message (campaign_id, kind, msisdn, household_ids, commune_pcode, state, reason, attempts, was_uncertain)
SELECT 1, 'announce', %(msisdn)s, ARRAY(SELECT id FROM household WHERE programme_no = ANY (%(numbers)s) ORDER BY id),
    commune_pcode, %(state)s, %(reason)s, 0, false FROM household WHERE programme_no = %(far)s
"""


async def test_the_unreached_go_by_pages_and_each_household_stands_in_one(two_places: None, hold: Hold) -> None:
    third = "KT/3"
    await seed.household(commune=DIAGO, programme_no=third, phones=("+22376123458",))
    messages = (
        ("+22376000007", [FAR, third], "failed", "no_such_number"),
        ("+22376000008", [NEAR], "failed", "absent"),
        ("+22376000009", [third], "left_out", "already_told"),
    )
    for msisdn, numbers, state, reason in messages:
        await change(ONCE_MORE, msisdn=msisdn, numbers=numbers, state=state, reason=reason, far=FAR)
    system = await hold(KeyScope.READ_UNREACHED)
    for limit in (1, 2, 100):
        unreached = await system.every("/campaigns/1/unreached", limit=limit)
        assert [(row["household_no"], row["why"]) for row in unreached] == [(FAR, "absent"), (third, "no_such_number")]


async def test_figures_are_split_and_small_counts_are_not_told(two_places: None, hold: Hold) -> None:
    for index in range(5):
        await filed(f"more {index}", LATE, 3, SAFO)
    asked: Mapping[str, Any] = {"since": f"{seed.day(-30)}", "until": f"{NOW.date()}"}
    whole = await (await hold(KeyScope.READ_FIGURES)).get("/figures", **asked)
    splits = {split["by"]: {each["value"]: each["received"] for each in split["values"]} for split in whole["splits"]}
    assert splits == {
        "category": {"payment": 7}, "channel": {"ussd": 7}, "sex": {None: 7}, "place": {"ML02": None, "ML03": None},
    }  # fmt: skip
    region = await (await hold(KeyScope.READ_FIGURES, region=SAFO[:4], system="near")).get("/figures", **asked)
    assert [split["values"] for split in region["splits"] if split["by"] == "place"] == [
        [{"value": SAFO[:6], "received": 6, "decided_in_time": 0}]
    ]


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
