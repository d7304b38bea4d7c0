"""How many of a campaign arrived, as the dashboard says it."""

import pytest

from core.campaigns.models import CampaignState
from core.outbox.messages import MessageState
from sms.campaigns.delivered import Delivered
from tests.core.seed import NOW

States = dict[MessageState, int]
D, F, X, P, L = (
    MessageState.DELIVERED,
    MessageState.FAILED,
    MessageState.DROPPED,
    MessageState.PLANNED,
    MessageState.LEFT_OUT,
)


@pytest.mark.parametrize(
    ("state", "states", "share"),
    [
        (CampaignState.FINISHED, {D: 3, F: 1, L: 5}, 75),
        (CampaignState.RUNNING, {D: 2, P: 98}, 100),
        (CampaignState.CANCELLED, {D: 2, X: 98}, 2),
        (CampaignState.CANCELLED, {X: 9, L: 1}, 0),
        (CampaignState.FINISHED, {L: 5}, None),
    ],
)
def test_of_a_cancelled_one_those_who_will_have_nothing_count_too(
    state: CampaignState, states: States, share: int | None
) -> None:
    assert Delivered(1, "Annonce", state, NOW, NOW, states).share == share
