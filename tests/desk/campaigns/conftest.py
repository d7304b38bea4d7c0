"""Campaigns at the desk: two households to be told, and all the time that a plan takes."""

from collections.abc import Iterator

import pytest
import respx

from desk.campaigns import campaign, plan
from tests.sms.account import account
from tests.sms.campaign_world import AWA, BINTA, family


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits for its plan, however slow the machine is."""
    for page in (campaign, plan):
        monkeypatch.setattr(page, "PATIENCE", 60.0)


@pytest.fixture(autouse=True)
def gateway() -> Iterator[respx.Route]:
    """The gateway answers whoever is about to start a campaign."""
    with account() as route:
        yield route


@pytest.fixture
async def two_households(safo: None) -> None:
    """Two households of Safo that are paid in six days."""
    await family(AWA)
    await family(BINTA)
