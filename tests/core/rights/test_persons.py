"""What is held of a person is all shown and all erased, but for what must stay; a sensitive complaint is in neither."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.numbers.identifiers import household_no
from core.rights import paper, persons
from core.rights.inventory import NOBODYS, PERSONAL, STAFF, UNSHOWN, Fate
from core.rights.persons import NoSubject, NumberKind, SubjectFault
from core.rights.sources import WHY_KEPT, Source, Stay
from core.schema.models import metadata
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Role, add_agent
from core.staff.permissions import NotAllowed
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.seed import NOW
from tests.support.database import change, query, scalar
from tests.support.mentions import mentions

NUMBER, PHONE, OTHER = household_no(7_654_321), "+22376987654", "+22366345678"
ADMIN = Actor(1, "Admin", Role.ADMINISTRATOR)
WHY = "demande écrite du 24/11/2026"
MARK = "Zulmabounty"
OLD = NOW - timedelta(days=1)

PLANT = f"""
INSERT INTO household (household_no, programme_no, programme_key, head_name, birth_year, commune_pcode, village,
        language, status, status_reason)
    VALUES ('{NUMBER}', '{MARK}/7', '{MARK.upper()}/7',
        '{MARK} Traoré', 1931, '{seed.SAFO}', '{MARK}dougou', 'bm', 'exited', '{MARK} raison');
INSERT INTO household_phone SELECT id, 1, '{PHONE}' FROM household;
INSERT INTO phone_claim SELECT id, '{OTHER}', 'confirmed', '{OLD}', '{OLD}' FROM household;
INSERT INTO phone_claim SELECT id, '{PHONE}', 'refused', '{OLD}', '{OLD}' FROM household;
INSERT INTO correction (household_id, field, before, value, reason, state, made_by, made_at, ended_at, list_value,
        list_day, met_at)
    SELECT id, 'phone', '{PHONE}', '{OTHER}', '{MARK} perdue', 'overruled', 1, '{OLD}', '{OLD}', '{PHONE}',
        '2022-01-01', '{OLD}' FROM household;
INSERT INTO import_run (kind, file, at, rows, created, changed, unchanged, bad, lost, writer, written, traces)
    VALUES ('households', 'menages.csv', '{OLD}', 1, 0, 1, 0, 0, 0, '1', '{{}}', 1);
INSERT INTO import_trace (run_id, relation, household_id, before)
    SELECT 1, 'household_phone', id, jsonb_build_object('household_id', id, 'position', 1, 'msisdn', '{PHONE}')
    FROM household;
INSERT INTO phone (msisdn, language, sms_stopped_at) VALUES ('{PHONE}', 'bm', '{OLD}'), ('{OTHER}', 'fr', NULL);
INSERT INTO enrolment SELECT id, 'TM', '2020-01-01', '2023-01-01' FROM household;
INSERT INTO payment_round (component, name) VALUES ('TM', 'T1');
INSERT INTO payment (household_id, round_id, due_date, last_day, place, agency, amount_xof, state, paid_on, reason)
    SELECT household.id, payment_round.id, '2022-01-01', '2022-01-09', 'Mairie', 'Caisse', 30000, 'paid', '2022-01-02',
        '{MARK} absente' FROM household, payment_round;
INSERT INTO payment_move SELECT id, '{OLD}', '2021-12-01', '2022-01-01' FROM payment;
INSERT INTO grievance (reference, filing_key, channel, category, subcategory, sensitivity, words, msisdn, household_id,
        commune_pcode, anonymous, beneficiary, language, call_back, call_safe, sms_safe, safe_period, state, level,
        first_answer_due, decision_due, answer, received_at, decided_at, reopen_count, reopened_at, reopen_key, name,
        sex, village, secret, first_answered_at, withdrawn_at, escalated_at, call_again_on, waiting_since, solved,
        touched_at, assigned_at)
    SELECT ref, ref || ' {PHONE}', 'ussd', 'payment', 'late', sensitivity, '{MARK} dit', '{PHONE}', household.id,
        '{seed.SAFO}', false, true, 'bm', true, true, true, 'noon', state, 'village', '2022-01-01', '2022-01-01',
        '{MARK} réponse', '{OLD}', '{OLD}', 1, '{OLD}', ref || ' {PHONE}', '{MARK}', 'F', '{MARK}dougou', '9182',
        '{OLD}', '{OLD}', '{OLD}', '2022-01-01', '{OLD}', true, '{OLD}', '{OLD}'
    FROM household, (VALUES ('1111111', 'ordinary', 'closed'), ('2222222', 'sensitive', 'in_progress'))
        AS each (ref, sensitivity, state);
INSERT INTO payment_reply SELECT payment.id, 'nothing', 30000, grievance.id, '{OLD}'
    FROM payment, grievance WHERE reference = '1111111';
INSERT INTO grievance_event (grievance_id, at, kind, to_state, note, told, again_on)
    SELECT id, '{OLD}', kind, 'closed', '{MARK} note ' || kind, true, '2022-01-01'
    FROM grievance, (VALUES ('added'), ('note')) AS each (kind);
INSERT INTO grievance_reading (grievance_id, reference, agent_id, at) SELECT id, reference, 1, '{OLD}' FROM grievance;
INSERT INTO callback_request (key, msisdn, language, household_id, asked_at, state, agreed_on, agreed_period, again_on)
    SELECT 'call {PHONE}', '{PHONE}', 'bm', id, '{OLD}', 'called', '2022-01-01', 'noon', '2022-01-01' FROM household;
INSERT INTO callback_try (callback_request_id, at, reached, again_on, note)
    SELECT id, '{OLD}', true, '2022-01-01', '{MARK} vient' FROM callback_request;
INSERT INTO message_text (language, content, body, parts, size)
    VALUES ('fr', '{MARK}', '{MARK} 30 000 F CFA', 1, 20), ('fr', '{MARK} d', '{MARK} discret', 1, 20);
INSERT INTO sms_batch (text_id, priority, prompt, not_before, state, uncertain)
    SELECT id, 0, false, '{OLD}', 'closed', false FROM message_text ORDER BY id;
INSERT INTO message (batch_id, kind, key, msisdn, operator, household_ids, told, commune_pcode, language, filling,
        state, reason, provider_id, attempts, was_uncertain, planned_at, final_at)
    SELECT sms_batch.id, 'grievance_received', '{MARK} ' || sms_batch.id, '{PHONE}', 'orange', ARRAY[household.id],
        ARRAY[1], '{seed.SAFO}', 'fr', jsonb_build_object('ref', '{MARK}', 'discreet', body LIKE '%%discret'),
        'delivered', 'absent', '{MARK} ' || sms_batch.id, 0, false, '{OLD}', '{OLD}'
    FROM household, sms_batch JOIN message_text ON message_text.id = text_id;
INSERT INTO inbound_sms VALUES ('{MARK} in', '{PHONE}', 'help', '{OLD}', true);
INSERT INTO early_report VALUES ('{MARK} early', '{PHONE}', 'delivered', 'absent', '{OLD}');
INSERT INTO identification_try (msisdn, household_no, at, ok) VALUES ('{PHONE}', '{NUMBER}', '{OLD}', false);
INSERT INTO reference_try (msisdn, at) VALUES ('{PHONE}', '{OLD}');
INSERT INTO daily_use VALUES ('2026-11-24', '{PHONE}', 'filing', 2), ('2026-11-24', '{PHONE}', 'secret', 1);
"""  # noqa: S608 - invented


@pytest.fixture
async def family(world: None) -> None:
    """A household that has left, of which something stands in every column there is for it."""
    await seed.safo()
    await add_agent("admin", "Admin", Role.ADMINISTRATOR)
    for statement in PLANT.split(";\n"):
        if statement.strip():
            await change(statement)
    await audit.record(1, Act.PHONE_CORRECTED, f"household {NUMBER}", OLD, {"before": None, "after": PHONE})


def columns(fates: Mapping[Fate, str], *but: Fate) -> list[str]:
    """The columns of a table, but those of these fates."""
    return [name for fate, names in fates.items() if fate not in but for name in names.split()]


def test_every_table_and_column_is_said_to_hold_something_of_a_person_or_not() -> None:
    assert set(metadata.tables) == set(PERSONAL) | STAFF | NOBODYS
    assert not set(PERSONAL) & (STAFF | NOBODYS)
    for name, fates in PERSONAL.items():
        assert sorted(columns(fates)) == sorted(metadata.tables[name].columns.keys()), name
    for name, unshown in UNSHOWN.items():
        assert set(unshown.split()) <= set(columns(PERSONAL[name])), name


def test_what_may_stay_has_a_reason() -> None:
    kept = {Source(name) for name, fates in PERSONAL.items() if Fate.STAYS in fates}
    assert kept <= set(WHY_KEPT)


@pytest.mark.usefixtures("family")
async def test_everything_that_is_held_is_shown_by_phone_or_by_household() -> None:
    _, by_phone = await persons.show(None, PHONE, None, WHY, NOW)
    _, by_household = await persons.show(None, NUMBER, None, WHY, NOW)
    shown = {(row.source.value, name) for row in (*by_phone, *by_household) for name, value in row.held.items()
             if value is not None}  # fmt: skip
    for table, fates in PERSONAL.items():
        for name in set(columns(fates, Fate.NOTHING)) - set(UNSHOWN.get(table, "").split()):
            at = ("message", name) if table == "message_text" else (table, name)
            assert at in shown, (table, name)
    for rows in (by_phone, by_household):
        text = json.dumps([row.held for row in rows], ensure_ascii=False)
        assert "1111111" in text
        assert mentions(text, "2222222", "discret", "note note", "secret", "9182") == []


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("actor", [None, ADMIN])
async def test_a_household_is_asked_for_by_either_of_its_numbers(actor: Actor | None) -> None:
    whose, rows = await persons.show(actor, f" {MARK}/7".upper(), None, WHY, NOW)
    assert (whose.household_no, whose.about) == (NUMBER, f"household {NUMBER}")
    assert {row.source for row in rows} >= {Source.HOUSEHOLD, Source.PAYMENT}
    assert f"numéro du programme : {MARK}/7" in paper.as_text(whose, rows, NOW)
    await seed.household(household_no(3_000_000), programme_no=NUMBER)
    with pytest.raises(NoSubject) as refusal:
        await persons.show(actor, NUMBER, None, WHY, NOW)
    assert refusal.value.fault is SubjectFault.TWO_HOUSEHOLDS


@pytest.mark.usefixtures("family")
async def test_the_file_is_read_in_french_and_by_machines() -> None:
    whose, rows = await persons.show(None, NUMBER, NumberKind.HOUSEHOLD, WHY, NOW)
    text = paper.as_text(whose, rows, NOW)
    for words in (
        f"ménage {NUMBER}", "Plaintes (1)", "nom : Zulmabounty Traoré", "état : close", "statut : sorti",
        "jour fixé : 01/01/2022", "acte : téléphone d'un ménage corrigé", *paper.NOTES,
    ):  # fmt: skip
        assert words in text, words
    assert {name for row in rows for name in row.held} <= set(paper.LABELS)
    kept = json.loads(paper.as_json(whose, rows, NOW))
    assert kept["of"] == {"household": NUMBER}
    assert len(kept["held"]["payment"]) == 1


async def everywhere(but: frozenset[str]) -> str:
    """All rows of all tables but these."""
    rows = []
    for table in set(metadata.tables) - but:
        rows += [row.text for row in await query(f"SELECT '{table} ' || t::text AS text FROM {table} AS t")]  # noqa: S608
    return "\n".join(rows)


@pytest.mark.usefixtures("family")
async def test_what_may_be_erased_is_nowhere_any_more_and_what_stays_is_counted() -> None:
    await change("DELETE FROM grievance WHERE sensitivity = 'sensitive'")
    await change("DELETE FROM message WHERE filling ->> 'discreet' = 'true'")
    await change("DELETE FROM message_text WHERE content LIKE '%% d'")
    await change("UPDATE phone SET sms_stopped_at = NULL")
    would = await persons.would_erase(None, PHONE, None)
    assert await persons.erase(None, PHONE, None, WHY, NOW) == would
    by_household = {each.source: (each.erased, each.kept) for each in await persons.erase(None, NUMBER, None, WHY, NOW)}
    assert by_household[Source.HOUSEHOLD] == (1, 0)
    assert by_household[Source.PAYMENT] == (0, 1)
    own_time = frozenset(table for table, fates in PERSONAL.items() if Fate.OWN_TIME in fates)
    left = await everywhere(own_time | {"audit_entry"})
    assert mentions(left, MARK, PHONE[4:], NUMBER, "1931", "1111111") == []
    assert await scalar("SELECT amount_xof FROM payment") == 30_000
    _, rows = await persons.show(None, NUMBER, NumberKind.HOUSEHOLD, WHY, NOW)
    assert {row.source for row in rows} == {Source.AUDIT_ENTRY}


@pytest.mark.usefixtures("family")
async def test_a_sensitive_complaint_and_its_sms_stay_and_are_not_told_of() -> None:
    erasures = await persons.erase(None, PHONE, None, WHY, NOW)
    assert {each.source: each.kept for each in erasures}.get(Source.GRIEVANCE) == 0
    await persons.erase(None, NUMBER, None, WHY, NOW)
    row = await query("SELECT msisdn, words, name FROM grievance WHERE reference = '2222222'")
    assert row == [(PHONE, f"{MARK} dit", MARK)]
    assert await scalar("SELECT count(*) FROM message WHERE msisdn IS NOT NULL") == 1


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("standing", "source"),
    [
        ("UPDATE household SET status = 'beneficiary'", Source.HOUSEHOLD),
        ("UPDATE payment SET state = 'announced'", Source.HOUSEHOLD),
        ("UPDATE grievance SET state = 'waiting'", Source.GRIEVANCE),
        ("UPDATE callback_request SET state = 'asked'", Source.CALL_REQUEST),
        ("UPDATE message SET state = 'planned'", Source.MESSAGE),
    ],
)
async def test_what_is_still_needed_stays_with_its_reason(standing: str, source: Source) -> None:
    await change(standing)
    erasures = {each.source: each.kept for each in await persons.erase(None, NUMBER, None, WHY, NOW)}
    assert erasures[source] == 1
    assert source in WHY_KEPT
    assert await query("SELECT FROM household WHERE household_no = %(no)s", no=NUMBER) or source is Source.MESSAGE


@pytest.mark.usefixtures("family")
async def test_a_stop_of_sms_outlives_an_erasure() -> None:
    erasures = {each.source: each.kept for each in await persons.erase(None, PHONE, None, WHY, NOW)}
    assert erasures[Source.PHONE] == 1
    assert await query("SELECT msisdn, language FROM phone WHERE sms_stopped_at IS NOT NULL") == [(PHONE, None)]


@pytest.mark.usefixtures("family")
async def test_each_showing_and_erasure_is_in_the_trail_without_the_phone() -> None:
    await persons.show(ADMIN, PHONE, None, WHY, NOW)
    await persons.erase(ADMIN, NUMBER, None, WHY, NOW)
    await persons.would_erase(ADMIN, PHONE, None)
    entries = await query("SELECT agent_id, act, about, detail ->> 'why' FROM audit_entry ORDER BY id OFFSET 1")
    assert entries == [
        (1, "person data shown", "phone …54", WHY),
        (1, "person data erased", f"household {NUMBER}", WHY),
    ]


@pytest.mark.usefixtures("family")
async def test_only_an_administrator_asks_even_past_our_code() -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAllowed):
            await persons.show(Actor(1, "x", role), PHONE, None, WHY, NOW)
        for function in ("person_held", "person_erase"):
            with pytest.raises(DBAPIError, match="only an administrator"):
                async with seen_by(Actor(1, "x", role)):
                    await query(f"SELECT * FROM {function}('{PHONE}', NULL)")  # noqa: S608


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("number", "kind", "why", "fault"),
    [
        ("bonjour", None, WHY, SubjectFault.NO_NUMBER),
        (NUMBER, NumberKind.PHONE, WHY, SubjectFault.NOTHING_HELD),
        ("+22370000001", None, WHY, SubjectFault.NOTHING_HELD),
        (PHONE, None, " x ", SubjectFault.NO_REASON),
    ],
)
async def test_what_cannot_be_shown_says_why(
    number: str, kind: NumberKind | None, why: str, fault: SubjectFault
) -> None:
    with pytest.raises(NoSubject) as refused:
        await persons.show(None, number, kind, why, NOW)
    assert refused.value.fault is fault


@pytest.mark.usefixtures("family")
async def test_a_number_of_a_household_and_a_phone_is_asked_about() -> None:
    await change("UPDATE phone SET msisdn = %(msisdn)s WHERE msisdn = %(other)s", msisdn=f"+223{NUMBER}", other=OTHER)
    with pytest.raises(NoSubject) as refused:
        await persons.show(None, NUMBER, None, WHY, NOW)
    assert refused.value.fault is SubjectFault.TWO_SUBJECTS
    whose, _ = await persons.show(None, NUMBER, NumberKind.PHONE, WHY, NOW)
    assert whose.phone == f"+223{NUMBER}"


@pytest.mark.usefixtures("family")
async def test_tries_and_uses_of_a_phone_go_but_for_those_that_still_bound_what_it_may() -> None:
    """Else an erasure would open what was shut, and let a phone file without end."""
    for table in ("identification_try", "reference_try", "daily_use"):
        await change(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
    for ago in ("2 days", "1 hour"):
        values = {"phone": PHONE, "number": NUMBER, "ago": ago}
        at = "now() - CAST(%(ago)s AS interval)"
        await change(f"INSERT INTO identification_try (msisdn, household_no, at, ok) "  # noqa: S608
                     f"VALUES (%(phone)s, %(number)s, {at}, false)", **values)  # fmt: skip
        await change(f"INSERT INTO reference_try (msisdn, at) VALUES (%(phone)s, {at})", **values)  # noqa: S608
    for day in ("current_date - 1", "current_date"):
        await change(f"INSERT INTO daily_use VALUES ({day}, '{PHONE}', 'filing', 2), ({day}, '{PHONE}', 'secret', 1)")  # noqa: S608
    erasures = {each.source: (each.erased, each.kept) for each in await persons.erase(None, PHONE, None, WHY, NOW)}
    for source in (Source.IDENTIFICATION_TRY, Source.REFERENCE_TRY, Source.DAILY_USE):
        assert erasures[source] == (1, 1), source
        assert WHY_KEPT[source] is Stay.SECURITY
    assert await query("SELECT use FROM daily_use WHERE day < current_date") == [], "the secret ones too"
