"""Households, and who was left out, are looked up in another registry with consent; nothing is taken over."""

from dataclasses import replace
from pathlib import Path

import pytest
import respx

from core.platform.settings import Settings
from core.spdci.vocabulary import RegistryFault
from core.staff.agents import Role
from core.text.words import DESK, label
from simulator.registry import RegistryOrder, RegistryStandIn, group
from tests.desk.addresses import case_page
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, SignIn
from tests.desk.grievances.cases import CONDUCT, LATE, filed
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import query
from tests.support.spdci import carry, own_settings

CONSENT = {"giver": "household", "way": "called", "agreed": "1"}
pytestmark = pytest.mark.usefixtures("household_of_awa")


@pytest.fixture
def desk_settings(plain_settings: Settings, tmp_path: Path) -> Settings:
    given = own_settings(tmp_path, spdci_registries="rsu=https://rsu.example.ml/v1")
    given["spdci_jwks"] = "rsu=https://rsu.example.ml/jwks.json"
    chosen = Settings(_env_file=None, **given)  # type: ignore[call-arg]
    return plain_settings.model_copy(update={name: getattr(chosen, name) for name in given})


@pytest.fixture
def registry(watch: Watch, respx_mock: respx.MockRouter) -> RegistryStandIn:
    """A registry that knows Awa by another name and year, and somebody who was left out."""
    more = {"phone": "+223 76 12 34 56", "village": "dialakoroba", "enrolment_status": "Exited"}
    standin = RegistryStandIn(
        [group(AWA, "Fanta Traoré", born="1969-03-02", **more), group("NINA7", "Oumar Diarra", born="1985-01-01")],
        clock=lambda: watch.now,
    )
    carry(respx_mock, standin.app())
    return standin


async def test_the_registry_is_shown_beside_ours(
    mariam: Browser, registry: RegistryStandIn, household_of_awa: int, page_of_awa: str
) -> None:
    address = f"/desk/registry/household/{household_of_awa}"
    assert f'href="{address}"' in (await mariam.open(page_of_awa)).text
    before = await query("SELECT * FROM household")
    page = seen(await mariam.submit(address, kind="HOUSEHOLD_NO", number=AWA, **CONSENT))
    for line in ("Nom Awa Traoré Fanta Traoré différent", "Année de naissance 1970 1969 différent",
                 "Statut bénéficiaire sorti différent", "Rien n'est repris tout seul"):  # fmt: skip
        assert line in page
    assert "Dialakoroba dialakoroba différent" not in page
    assert await query("SELECT * FROM household") == before
    (entry,) = await trail("registry asked")
    assert entry.about == f"household {AWA}"
    searched = f"HOUSEHOLD_NO {AWA}"
    assert entry.detail == {"registry": "rsu", "searched": searched, "consent": "household", "way": "called"}
    (search,) = registry.requests[0]["message"]["search_request"]
    assert search["search_criteria"]["consent"]["purpose"]["text"] == "consent of household, called"


async def test_nothing_is_asked_without_consent_or_a_number(
    mariam: Browser, registry: RegistryStandIn, household_of_awa: int
) -> None:
    address = f"/desk/registry/household/{household_of_awa}"
    for fields in ({**CONSENT, "agreed": ""}, {**CONSENT, "way": ""}, {**CONSENT, "giver": "x"}):
        refused = await mariam.submit(address, kind="HOUSEHOLD_NO", number=AWA, **fields)
        assert refused.status_code == 422
        assert "Demandez d'abord son accord" in seen(refused)
    for fields in ({"kind": "MOBILE", "number": "1"}, {"name": "Awa"}, {"name": "Awa", "year": "70"}):
        assert (await mariam.submit(address, **fields, **CONSENT)).status_code == 422
    assert registry.requests == []
    assert await trail("registry asked") == []


async def test_who_was_left_out_is_looked_for_and_no_other_complaint(
    mariam: Browser, sign_in: SignIn, registry: RegistryStandIn
) -> None:

    left_out = replace(LATE, key="9", category="exclusion", subcategory="left_out")
    page = await case_page(await filed("9", left_out))
    address = page.replace("/cases/of/", "/registry/case/")
    assert f'href="{address}"' in (await mariam.open(page)).text
    answer = await mariam.submit(address, name="NINA7", year="1985", **CONSENT)
    assert "Oumar Diarra" in seen(answer)
    for key, filing in (("10", LATE), ("11", CONDUCT)):
        other = (await case_page(await filed(key, filing))).replace("/cases/of/", "/registry/case/")
        assert (await mariam.open(other)).status_code == 404
    focal = await sign_in("fanta", Role.FOCAL)
    assert (await focal.open(address)).status_code == 403


@pytest.mark.parametrize(("order", "fault"), [
    ({"signature": "wrong"}, RegistryFault.FORGED),
    ({"transport": "garbage"}, RegistryFault.UNREADABLE),
    ({"search_code": "rjct.search_criteria.invalid"}, RegistryFault.REJECTED),
])  # fmt: skip
async def test_what_is_wrong_with_the_registry_is_one_sentence(
    mariam: Browser, registry: RegistryStandIn, household_of_awa: int, order: dict[str, str], fault: RegistryFault
) -> None:
    registry.order = RegistryOrder.model_validate(order)
    answer = await mariam.submit(
        f"/desk/registry/household/{household_of_awa}", kind="HOUSEHOLD_NO", number=AWA, **CONSENT
    )
    assert answer.status_code == 503
    assert label(fault, DESK) in seen(answer)
    assert "Fanta" not in seen(answer)
