"""The checks of a run can fail: each is held against facts that are not as they must be."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.campaigns.models import CampaignState
from core.numbers.msisdn import Operator
from core.outbox.messages import BatchState, MessageState, Reason
from faults.checks import Facts, Posted, Taken, violations, went_over
from faults.ledger_rows import Ledger, MessageRow
from faults.registry import Expected
from faults.ways import By, StandInName, routes
from sms.outbox.routes import Routes

AWA, NOON = "+22376000001", datetime(2026, 11, 24, 12, tzinfo=UTC)
ORANGE, SMPP = StandInName.ORANGE, StandInName.SMPP
DELIVERED, FAILED, ACCEPTED = MessageState.DELIVERED, MessageState.FAILED, MessageState.ACCEPTED
ROW = MessageRow(
    1, 1, AWA, DELIVERED, None, "7", ORANGE, Operator.ORANGE, False, 0, BatchState.DONE, NOON, "L'argent arrive"
)
BY_ORANGE = Taken(ORANGE, "7", AWA, NOON, "L'argent arrive")
BY_SMPP = replace(BY_ORANGE, gateway=SMPP)
REPORTED = {((ORANGE, "7"), AWA): [Posted(DELIVERED, 200)]}


def facts(row: MessageRow = ROW, taken: tuple[Taken, ...] = (BY_ORANGE,), **others: object) -> Facts:
    """A run with one message, delivered by Orange, which is first in its way."""
    ledger = Ledger((row,), (), (), frozenset(), CampaignState.FINISHED, 1)
    known = {"expected": Expected({AWA}), "ledger": ledger, "taken": {AWA: list(taken)}, "posted": REPORTED}
    quiet = {"stopped": {}, "sent_again": Counter(), "notices": 0, "unknown": frozenset(), "attempts": 3}
    way = Routes.read("orange=orange>smpp,*=africastalking")
    return Facts(**{**known, **quiet, "ways": way, **others})  # type: ignore[arg-type]


def test_where_all_is_well_nothing_is_found() -> None:
    assert violations(facts()) == []
    assert went_over(facts()) == 0


def test_one_that_two_gateways_took_was_told_twice() -> None:
    (twice, unmarked) = violations(facts(taken=(BY_ORANGE, BY_SMPP)))
    assert "took it 2 times, 1 allowed" in twice
    assert "not marked as uncertain" in unmarked


def test_one_that_went_over_is_counted_and_is_where_the_ledger_says() -> None:
    by_smpp = facts(replace(ROW, gateway=SMPP), (BY_SMPP,), posted={((SMPP, "7"), AWA): [Posted(DELIVERED, 200)]})
    assert (violations(by_smpp), went_over(by_smpp)) == ([], 1)
    (elsewhere,) = violations(facts(taken=(BY_SMPP,)))
    assert "this number got smpp's 7, and not orange's 7" in elsewhere


def test_a_gateway_that_is_not_in_the_way_must_not_take_it() -> None:
    (strange,) = violations(facts(ways=Routes.read("*=smpp>africastalking")))
    assert "orange took it, and its way is smpp>africastalking" in strange


@pytest.mark.parametrize(
    ("row", "taken", "what"),
    [
        (replace(ROW, state=ACCEPTED), (BY_ORANGE,), "its reports were [('delivered', 200)]"),
        (ROW, (), "the gateway never took it"),
        (replace(ROW, state=MessageState.PLANNED), (BY_ORANGE,), "message 1 is still planned"),
        (replace(ROW, body="Autre chose"), (BY_ORANGE,), "7 carried another text"),
        (replace(ROW, attempts=9), (BY_ORANGE,), "9 attempts"),
    ],
)
def test_what_is_not_so_is_said(row: MessageRow, taken: tuple[Taken, ...], what: str) -> None:
    assert any(what in violation for violation in violations(facts(row, taken)))


def test_a_report_of_the_same_id_at_another_gateway_is_not_its_own() -> None:
    both = {**REPORTED, ((SMPP, "7"), AWA): [Posted(FAILED, 200)]}
    assert violations(facts(posted=both)) == []
    (other,) = violations(facts(replace(ROW, state=FAILED, reason=Reason.EXPIRED), posted=both))
    assert "its reports were [('delivered', 200)]" in other


def test_of_an_id_that_was_given_twice_the_report_of_the_own_number_counts() -> None:
    other = replace(BY_ORANGE, msisdn="+22376000002")
    reports = {**REPORTED, ((ORANGE, "7"), other.msisdn): [Posted(FAILED, 200)]}
    both = replace(facts(posted=reports), taken={AWA: [BY_ORANGE], other.msisdn: [other]})
    assert both.is_shared((ORANGE, "7"))
    assert [what for what in violations(both) if "reports" in what] == []
    assert not facts().is_shared((ORANGE, "7"))


def test_a_report_of_an_unknown_id_is_kept_for_each_gateway() -> None:
    unknown = frozenset({(ORANGE, "strange"), (SMPP, "strange")})
    ledger = replace(facts().ledger, early=frozenset({("smpp", "strange")}))
    (lost,) = violations(facts(unknown=unknown, ledger=ledger))
    assert lost == "orange's report of an unknown id was lost, or given to somebody: strange"


def test_what_left_before_a_stop_may_be_taken_after_it() -> None:
    assert violations(facts(stopped={AWA: NOON})) == []
    later = replace(BY_ORANGE, at=NOON.replace(minute=2))
    stopped = {AWA: NOON.replace(minute=1)}
    assert violations(facts(taken=(later,), stopped=stopped)) == []
    left_later = replace(ROW, left_at=later.at)
    (after,) = violations(facts(left_later, (later,), stopped=stopped))
    assert "after the phone had stopped SMS" in after


@pytest.mark.parametrize("by", By)
def test_the_routes_of_every_run_can_be_gone(by: By) -> None:
    names = {Routes.read(routes(by, seed)).gateways for seed in range(50)}
    assert {name for gateways in names for name in gateways} == (set(StandInName) if by is By.MIXED else {by.value})
    assert all(len(gateways) == 3 for gateways in names) or by is not By.MIXED
