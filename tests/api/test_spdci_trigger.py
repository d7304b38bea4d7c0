"""A compliance suite triggers each request that we make of a registry, where the setting lets it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from starlette.applications import Starlette

from core.spdci.triggers import RegistryRequest
from simulator.registry import RegistryOrder, RegistryStandIn, group
from tests.core import seed
from tests.support.spdci import carry, own_settings

NUMBER = "KT/02/0001"


@pytest.fixture
def registry(respx_mock: respx.MockRouter) -> RegistryStandIn:
    """A registry of one household, that posts nothing back."""
    standin = RegistryStandIn([group(NUMBER, "Awa Keita")])
    standin.order = RegistryOrder(callbacks="none")
    carry(respx_mock, standin.app())
    return standin


@pytest.fixture
def more_settings(tmp_path: Path, registry: RegistryStandIn) -> Mapping[str, Any]:
    given = own_settings(tmp_path, spdci_registries="rsu=https://rsu.example.ml/v1", spdci_clients="rsu=jigi:secret",
                         spdci_token_urls="rsu=https://rsu.example.ml/token", spdci_trigger="true")  # fmt: skip
    (tmp_path / "rsu.json").write_text(json.dumps(registry.jwks()))
    return given


CAME: Mapping[RegistryRequest, Mapping[str, Any]] = {
    RegistryRequest.SYNC_SEARCH: {"total": 1, "household_nos": [NUMBER]},
    RegistryRequest.SYNC_PREDICATE: {"total": 1, "household_nos": [NUMBER]},
    RegistryRequest.SYNC_EXPRESSION: {"total": 1, "household_nos": [NUMBER]},
    RegistryRequest.SEARCH: {"asking": 1},
    RegistryRequest.SUBSCRIBE: {"asking": 2},
    RegistryRequest.UNSUBSCRIBE: {"asking": 3},
    RegistryRequest.ENROLLED: {"enrolled": True},
    RegistryRequest.UPDATES: {"told": 1},
    RegistryRequest.SYNC_STATUS: {"statuses": ["pdng"]},
    RegistryRequest.STATUS: {"asking": 4},
}


async def test_each_request_is_made_when_it_is_triggered(app: Starlette, registry: RegistryStandIn) -> None:
    await seed.household(programme_no=NUMBER)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as http:
        for request in RegistryRequest:
            order = {"request": request.value, "registry": "rsu", "id_value": NUMBER, "code": "c1",
                     "transaction_id": "t1"}  # fmt: skip
            came = await http.post("/test/trigger", json=order)
            assert (came.status_code, came.json()) == (200, CAME[request]), request
        assert len(registry.requests) == len(RegistryRequest)
        assert len(registry.tokens) == 1
        for wrong, status in (({"registry": "x"}, 404), ({"request": "x"}, 422), ({"url": "https://evil"}, 422)):
            order = {"request": "search", "registry": "rsu", **wrong}
            assert (await http.post("/test/trigger", json=order)).status_code == status
        registry.order = RegistryOrder(signature="wrong")
        came = await http.post("/test/trigger", json={"request": "sync-search", "registry": "rsu", "id_value": "1"})
        assert (came.status_code, came.json()["error"]) == (502, "forged")
