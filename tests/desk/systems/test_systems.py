"""Keys, receivers and batches of other systems at the desk: shown once, told in words, for who may and no other."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from core.imports import batches
from core.imports.batch import BatchKind
from core.imports.batches import BatchOptions
from core.imports.pushed import Value
from core.staff.agents import Role, Scope
from core.systems import keys
from core.systems.holders import KeyHolder, holder_of
from core.systems.keys import KeyGrant
from core.systems.scopes import KeyScope
from tests.api.conftest import work_on_batches
from tests.core.seed import SAFO
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.support.database import change, query

UNTIL = f"{(datetime.now(UTC) + timedelta(days=9)).date()}"
HOUSEHOLD: dict[str, Value] = {
    "household_no": "KT/1", "head_name": "Awa", "commune_pcode": SAFO, "status": "beneficiary",
}  # fmt: skip
RECEIVER = {"system": "rsu", "url": "https://rsu.test/jigi", "kinds": "grievance.filed", "scope": "national"}


@pytest.fixture
async def admin(two_communes: None, sign_in: SignIn) -> Browser:
    """The browser of an administrator."""
    return await sign_in("admin", Role.ADMINISTRATOR)


async def test_a_key_is_made_shown_once_changed_by_two_and_withdrawn(admin: Browser) -> None:
    grant: dict[str, Any] = {"system": "gajigi", "scopes": ["grievances:read"], "scope": "commune", "place": "safo",
             "until": UNTIL}  # fmt: skip
    page = await admin.submit("/desk/systems/keys", page="/desk/systems", **grant)
    (key,) = re.findall(r"jigi_[\w-]{43}", page.text)
    assert page.headers["cache-control"] == "no-store"
    words = await admin.see("/desk/systems")
    assert f"lire les plaintes non sensibles, sans leurs mots commune {SAFO}" in words
    assert key not in (await admin.open("/desk/systems")).text
    holder = await holder_of(key)
    assert isinstance(holder, KeyHolder)
    assert holder.scopes == (KeyScope.READ_GRIEVANCES,)
    await admin.submit("/desk/systems/keys", page="/desk/systems", **grant)
    third = await admin.submit("/desk/systems/keys", page="/desk/systems", **grant)
    assert (third.status_code, "a déjà deux clés" in seen(third)) == (422, True)
    done = await admin.submit(f"/desk/systems/keys/{holder.key_id}/withdraw", page="/desk/systems", follow=True)
    assert "n'ouvre plus rien" in seen(done)
    assert not isinstance(await holder_of(key), KeyHolder)
    made, *_ = await trail("key made")
    assert (made.agent_id, made.about) == (admin.actor.id, "system gajigi")


async def test_what_does_not_do_is_said_in_words(admin: Browser) -> None:
    until = UNTIL
    for fields, words in (
        ({"system": "X", "scopes": "figures:read", "until": until}, "petites lettres"),
        ({"system": "gajigi", "until": until}, "Cochez ce que la clé permet"),
        ({"system": "gajigi", "scopes": "figures:read", "until": "2020-01-01"}, "finit après aujourd'hui"),
        ({"system": "gajigi", "scopes": "households:write", "scope": "commune", "place": SAFO, "until": until},
         "clé de tout le pays"),
    ):  # fmt: skip
        refused = await admin.submit("/desk/systems/keys", page="/desk/systems", **fields)
        assert (refused.status_code, words in seen(refused)) == (422, True), words
    for url, words in (("http://rsu.test", "https://"), ("https://127.0.0.1/x", "réseau privé")):
        refused = await admin.submit("/desk/systems/receivers", page="/desk/systems", **{**RECEIVER, "url": url})
        assert (refused.status_code, words in seen(refused)) == (422, True), words


async def test_a_receiver_is_kept_tried_changed_switched_on_and_withdrawn(admin: Browser) -> None:
    page = await admin.submit("/desk/systems/receivers", page="/desk/systems", **RECEIVER)
    (secret,) = re.findall(r"whsec_[\w+/=]+", page.text)
    page = await admin.submit("/desk/systems/receivers", page="/desk/systems", **{**RECEIVER, "scheme": "v1a"})
    assert "whpk_" in page.text
    assert "whsk_" not in page.text
    await act(admin, "test")
    assert await query("SELECT kind, state FROM event_sending JOIN outgoing_event ON id = event_id") == [
        ("test", "pending")
    ]
    changed = await admin.submit("/desk/systems/receivers/1/secret", page="/desk/systems")
    assert secret not in changed.text
    assert "l'ancien signe encore" in seen(changed)
    await act(admin, "forget")
    await change(
        "UPDATE event_receiver SET off_at = now(), failing_since = now(), fault = 'answer', fault_status = 500"
    )
    assert "a répondu autre chose, 500" in await admin.see("/desk/systems")
    assert "remettez-la en marche" in await act(admin, "test")
    assert "C'est en marche" in await act(admin, "on")
    assert "0 événements partent" in await act(admin, "replay", since="2026-01-01")
    assert "n'est plus avertie" in await act(admin, "withdraw")
    assert {each.agent_id for each in await trail("receiver changed")} == {admin.actor.id}


async def act(browser: Browser, name: str, **fields: str) -> str:
    """What is said of an act on the first receiver."""
    return seen(await browser.submit(f"/desk/systems/receivers/1/{name}", page="/desk/systems", follow=True, **fields))


async def test_a_batch_is_seen_by_both_its_rows_and_its_end_by_who_imports(admin: Browser, awa: Browser) -> None:
    await push({**HOUSEHOLD, "commune_pcode": "ML99"})
    assert "Lot 1 rsu ménages" in await admin.see("/desk/batches")
    assert "pour les superviseurs" in await admin.see("/desk/batches/of/1")
    assert "refusée" in await awa.see("/desk/batches/of/1")
    assert (await admin.open("/desk/batches/of/1/refused")).status_code == 403
    file = await awa.open("/desk/batches/of/1/refused")
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-2:] == ["Ligne", "Raison"]
    assert rows[1][-2] == 1


async def push(row: dict[str, Value], key: str = "a") -> None:
    """Let a system push a row, and let it be looked at."""
    now = datetime.now(UTC)
    if not await keys.cards():
        await keys.make("rsu", KeyGrant(frozenset({KeyScope.PUSH_HOUSEHOLDS}), now + timedelta(days=1)), now)
    holder = KeyHolder(1, "rsu", (KeyScope.PUSH_HOUSEHOLDS,), Scope.NATIONAL, None, "")
    await batches.take(holder, BatchKind.HOUSEHOLDS, key, [row], BatchOptions(), now)
    await work_on_batches()


async def test_a_batch_that_waits_is_confirmed_or_abandoned(two_communes: None, awa: Browser, sign_in: SignIn) -> None:
    near = await sign_in("kadi", Role.SUPERVISOR, Scope.COMMUNE, SAFO)
    for key in ("a", "b"):
        await push(HOUSEHOLD, key)
    assert "attend d'être confirmé" in await awa.see("/desk/batches/of/1")
    assert (await near.submit("/desk/batches/of/1/confirm", page="/desk/batches")).status_code == 403
    assert "Confirmé" in seen(await awa.submit("/desk/batches/of/1/confirm", page="/desk/batches", follow=True))
    assert "Abandonné" in seen(await awa.submit("/desk/batches/of/2/discard", page="/desk/batches", follow=True))
    assert "déjà fait" in seen(await awa.submit("/desk/batches/of/2/discard", page="/desk/batches", follow=True))
    await work_on_batches()
    assert "Entré" in await awa.see("/desk/batches/of/1")
