"""The last import can be undone, exactly, while nothing was built on it; then never."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from core.campaigns.models import CampaignState
from core.imports.importing import ImportReport, run
from core.imports.kinds import ImportKind
from core.imports.runs import last_run
from core.imports.traces import RELATIONS
from core.imports.undoing import IDLE, NotUndone, Obstacle, undo
from core.numbers.identifiers import household_no
from core.schema.models import metadata
from tests.core.seed import SAFO, TODAY
from tests.support.database import change, count, query, scalar

pytestmark = pytest.mark.usefixtures("world")

COMMUNES: Final = """region,region_pcode,cercle,cercle_pcode,commune,commune_pcode,agency_name
Koulikoro,ML02,Kati,ML0202,Safo,ML020201,Kanaga
Koulikoro,ML02,Kati,ML0202,Diago,ML020202,
"""
HOUSEHOLDS: Final = f"""household_no;head_name;commune_pcode;status;phone;alt_phone;components;village
{household_no(1)};Awa Keita;{SAFO};beneficiary;76000001;66000001;TM,MA;Kola
{household_no(2)};Binta Diarra;{SAFO};beneficiary;76000002;;TM;Kola
{household_no(3)};Oumar Traoré;{SAFO};waiting;76000003;;;Kola
"""
PAYMENTS: Final = f"""household_no;component;round;due_date;amount_xof;state;place
{household_no(1)};TM;T4 2026;31/12/2026;30000;announced;Mairie
{household_no(2)};TM;T4 2026;31/12/2026;30000;announced;Mairie
"""
EVENTS: Final = """component;commune_pcode;village;date;time;place;what_fr;what_bm
MA;ML020201;Kola;01/12/2026;9h;École;Causerie;Baro
"""
FIRST: Final[Mapping[ImportKind, str]] = {
    ImportKind.COMMUNES: COMMUNES,
    ImportKind.HOUSEHOLDS: HOUSEHOLDS,
    ImportKind.PAYMENTS: PAYMENTS,
    ImportKind.EVENTS: EVENTS,
}
SECOND: Final[Mapping[ImportKind, str]] = {
    ImportKind.COMMUNES: COMMUNES.replace("Kanaga", "Autre") + "Mopti,ML05,Bandiagara,ML0502,Dourou,ML050201,\n",
    ImportKind.HOUSEHOLDS: HOUSEHOLDS.replace("76000001", "76000009")
    .replace("TM,MA", "TM")
    .replace("66000001", "66000007")
    .replace("waiting;76000003;;;", "beneficiary;76000003;66000003;TM;")
    + f"{household_no(4)};Fanta Coulibaly;{SAFO};beneficiary;76000004;66000004;TM;Kola\n",
    ImportKind.PAYMENTS: PAYMENTS.replace("31/12/2026", "05/01/2027", 1)
    + f"{household_no(3)};TM;T1 2027;31/03/2027;30000;announced;Mairie\n",
    ImportKind.EVENTS: EVENTS.replace("École", "Mairie") + "MA;ML020201;Kola;08/12/2026;9h;École;Causerie;Baro\n",
}
"""Each changes something, makes something and takes something away where its kind can."""


async def imported(folder: Path, kind: ImportKind, text: str, **how: Any) -> ImportReport:
    """A file of this text."""
    path = folder / f"{kind}.csv"
    path.write_text(text, "utf-8")
    report = await run(kind, path, today=TODAY, **how)
    assert report.hold is None
    return report


async def first(folder: Path) -> None:
    """One file of each kind."""
    for kind, text in FIRST.items():
        await imported(folder, kind, text)


async def everything() -> Mapping[str, Sequence[object]]:
    """All rows of all tables that imports write to, but the moment of their last change."""
    tables = sorted({relation.name for relations in RELATIONS.values() for relation in relations})
    return {
        table: await query(f"SELECT to_jsonb(t) - 'updated_at' AS one FROM {table} AS t ORDER BY 1")  # noqa: S608
        for table in tables
    }


async def undone() -> None:
    """The last import, by nobody in particular."""
    await undo(None, None, datetime.now(UTC))


async def refused() -> Obstacle:
    """Why the last import stays; everything is as it was before the try."""
    before = await everything()
    with pytest.raises(NotUndone) as refusal:
        await undone()
    assert await everything() == before
    return refusal.value.obstacle


@pytest.mark.parametrize("kind", list(ImportKind))
async def test_everything_is_as_it_was_before(tmp_path: Path, kind: ImportKind) -> None:
    await first(tmp_path)
    before = await everything()
    report = await imported(tmp_path, kind, SECOND[kind], confirm_losses=1)
    assert report.created, "something is made"
    assert report.changed, "something is changed"
    assert await everything() != before
    await undone()
    assert await everything() == before


@pytest.mark.parametrize("kind", list(ImportKind))
async def test_what_was_undone_can_come_in_again(tmp_path: Path, kind: ImportKind) -> None:
    await first(tmp_path)
    report = await imported(tmp_path, kind, SECOND[kind], confirm_losses=1)
    after = await everything()
    await undone()
    again = await imported(tmp_path, kind, SECOND[kind], confirm_losses=1)
    assert (again.created, again.changed) == (report.created, report.changed)

    def without_numbers(tables: Mapping[str, Sequence[object]]) -> dict[str, int]:
        return {name: len(rows) for name, rows in tables.items()}

    assert without_numbers(await everything()) == without_numbers(after)


async def test_a_correction_that_a_list_confirmed_stands_again(tmp_path: Path) -> None:
    await first(tmp_path)
    await change("INSERT INTO agent (login, name, role, scope_kind) VALUES ('awa', 'Awa', 'agent', 'national')")
    await change(
        "INSERT INTO correction (household_id, field, before, value, reason, state, made_by, made_at) "
        "SELECT id, 'phone', '+22376000001', '+22376000009', 'perdu', 'stands', 1, '2026-11-01' FROM household "
        "WHERE head_name = 'Awa Keita'"
    )
    await imported(tmp_path, ImportKind.HOUSEHOLDS, SECOND[ImportKind.HOUSEHOLDS], confirm_losses=1)
    assert await scalar("SELECT state FROM correction") == "confirmed"
    await undone()
    assert await scalar("SELECT state FROM correction") == "stands"


async def test_there_is_nothing_to_undo_at_first_and_no_second_undo(tmp_path: Path) -> None:
    assert await refused() is Obstacle.NONE
    await imported(tmp_path, ImportKind.COMMUNES, COMMUNES)
    await undone()
    assert await count("commune") == 0
    assert await refused() is Obstacle.NONE
    trail = await query("SELECT act FROM audit_entry ORDER BY id")
    assert [row.act for row in trail] == ["import ended", "import undone"]


async def test_only_the_last_can_be_undone_and_one_that_changed_nothing_is_none(tmp_path: Path) -> None:
    await first(tmp_path)
    seen = await last_run()
    assert seen
    await imported(tmp_path, ImportKind.EVENTS, EVENTS)
    assert (await last_run() or seen).id == seen.id
    await imported(tmp_path, ImportKind.COMMUNES, SECOND[ImportKind.COMMUNES])
    with pytest.raises(NotUndone) as refusal:
        await undo(seen.id, None, datetime.now(UTC))
    assert refusal.value.obstacle is Obstacle.NOT_LAST
    await undone()
    assert await count("commune") == 2
    await undone()
    assert await count("component_event") == 0, "the one before made all it wrote: nothing had to be kept of it"


async def test_what_was_kept_of_one_import_goes_with_the_next(tmp_path: Path) -> None:
    await first(tmp_path)
    await imported(tmp_path, ImportKind.HOUSEHOLDS, SECOND[ImportKind.HOUSEHOLDS], confirm_losses=1)
    await imported(tmp_path, ImportKind.EVENTS, SECOND[ImportKind.EVENTS])
    await undone()
    assert await refused() is Obstacle.CHANGED


async def test_what_is_too_old_stays(tmp_path: Path) -> None:
    await imported(tmp_path, ImportKind.COMMUNES, COMMUNES)
    with pytest.raises(NotUndone) as refusal:
        await undo(None, None, datetime.now(UTC) + timedelta(days=8))
    assert refusal.value.obstacle is Obstacle.OLD


CHANGES: Final[Mapping[str, str]] = {
    "a phone that the desk corrected": "UPDATE household_phone SET msisdn = '+22376000077' WHERE position = 1",
    "a phone that the desk took away": "DELETE FROM household_phone WHERE msisdn = '+22376000009'",
    "a name that the desk corrected": "UPDATE household SET head_name = 'Awa' WHERE head_name = 'Fanta Coulibaly'",
    "a component that came since": "DELETE FROM enrolment WHERE component = 'MA'",
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
async def test_what_somebody_changed_since_stays(tmp_path: Path, changed: str) -> None:
    await first(tmp_path)
    await imported(tmp_path, ImportKind.HOUSEHOLDS, SECOND[ImportKind.HOUSEHOLDS], confirm_losses=1)
    await change(changed)
    assert await refused() is Obstacle.CHANGED


BUILT: Final[Mapping[str, str]] = {
    "a call that somebody asked for": "INSERT INTO callback_request (key, msisdn, language, household_id, asked_at, "
    "state) SELECT 'k', '+22376000004', 'fr', id, now(), 'asked' FROM household WHERE head_name LIKE 'Fanta%%'",
    "a phone that says it is of the household": "INSERT INTO phone_claim (household_id, msisdn, state, asked_at) "
    "SELECT id, '+22376000099', 'asked', now() FROM household WHERE head_name LIKE 'Fanta%%'",
}
"""On a household that the import made: the first would forbid that it goes, the second would go with it."""


@pytest.mark.parametrize("built", BUILT.values(), ids=BUILT.keys())
async def test_what_something_was_built_on_stays(tmp_path: Path, built: str) -> None:
    await first(tmp_path)
    await imported(tmp_path, ImportKind.HOUSEHOLDS, SECOND[ImportKind.HOUSEHOLDS], confirm_losses=1)
    await change(built)
    assert await refused() is Obstacle.BUILT_ON


CAMPAIGN: Final = """
INSERT INTO campaign (kind, title, round_id, subject, state, needs_second, recipients, parts, created_at)
SELECT 'moved', 'T4', {round}, '{{}}', '{state}', false, 0, 0, now() + interval '1 minute' FROM payment_round
"""


@pytest.mark.parametrize("state", list(CampaignState))
async def test_a_campaign_that_was_prepared_since_holds_it(tmp_path: Path, state: CampaignState) -> None:
    await first(tmp_path)
    await imported(tmp_path, ImportKind.PAYMENTS, SECOND[ImportKind.PAYMENTS])
    await change(CAMPAIGN.format(state=state, round="min(id)"))
    if state in IDLE:
        await undone()
    else:
        assert await refused() is Obstacle.CAMPAIGN


async def test_a_campaign_of_another_round_holds_no_payments(tmp_path: Path) -> None:
    await first(tmp_path)
    await imported(tmp_path, ImportKind.PAYMENTS, SECOND[ImportKind.PAYMENTS])
    await change("INSERT INTO payment_round (component, name) VALUES ('TM', 'Another')")
    await change(CAMPAIGN.format(state="running", round="max(id)"))
    await undone()


async def test_a_restored_dump_is_not_taken_for_what_the_import_wrote(tmp_path: Path) -> None:
    """Every row of a restored database was written by the restore."""
    await first(tmp_path)
    await change("UPDATE component_event SET place = place")
    assert await refused() is Obstacle.CHANGED


def test_every_column_that_an_import_can_change_comes_back() -> None:
    """The tables of the list exist, and their keys are what tells their rows apart."""
    for relations in RELATIONS.values():
        for relation in relations:
            assert set(relation.key) == {column.name for column in metadata.tables[relation.name].primary_key}
