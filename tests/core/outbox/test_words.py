"""What messages are called, and the groups that their states are in."""

import pytest

from core.outbox.messages import FINAL, OVER, TAKEN, TO_RECORD, UNFINISHED, UNSENT, UNTOLD, MessageState
from core.platform.columns import listed
from core.text.words import COMMAND, COUNT, DESK, PAPER, Readership, label


@pytest.mark.parametrize(
    ("audience", "words"),
    [(DESK, "reçu"), (COUNT, "reçus"), (PAPER, "reçu"), (COMMAND, "delivered")],
)
def test_a_message_and_a_number_of_them_are_called_so(audience: Readership, words: str) -> None:
    assert label(MessageState.DELIVERED, audience) == words


def test_groups_of_states_part_what_left_from_what_did_not() -> None:
    assert TAKEN.isdisjoint(UNSENT | UNTOLD | TO_RECORD)
    assert UNTOLD | {MessageState.DELIVERED} == FINAL
    assert UNFINISHED.isdisjoint(OVER)


def test_sql_lists_a_group_in_one_order() -> None:
    assert listed(UNTOLD) == "('left_out', 'failed', 'dropped')"
