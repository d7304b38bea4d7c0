"""Delivery reports: which ones a message brings, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from simulator.faults import ReportOrder, Status
from simulator.gateway import NETWORK

REASONS: Final[dict[Status, tuple[str, ...]]] = {
    "Failed": ("DeliveryFailure", "UserDoesNotExist", "UserIsInactive", "NotNetworkSubscriber", "NotNetworkSubcriber"),
    "Rejected": ("UserInBlackList", "DoNotDisturbRejection", "UserAccountSuspended", "InsufficientCredit"),
}
"""The gateway names a reason with these two only; it spells one of them in two ways."""


@dataclass(slots=True)
class StandInReport:
    """One delivery report; ``tries`` is how often it was posted in vain."""

    message_id: str
    msisdn: str
    status: Status
    reason: str = ""
    tries: int = 0

    def form(self) -> dict[str, str]:
        """The report as the gateway posts it."""
        form = {
            "id": self.message_id,
            "status": self.status,
            "phoneNumber": self.msisdn,
            "networkCode": NETWORK,
            "retryCount": "0",
        }
        return {**form, "failureReason": self.reason} if self.reason else form


Run = list[StandInReport]
"""Reports of which each is posted when the one before it was answered."""


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """What is posted before the answer to the sender, and what after."""

    early: list[Run]
    later: list[Run]


def plan(messages: Iterable[tuple[str, str]], order: ReportOrder, chance: Random) -> ReportPlan:
    """Draw the reports of these messages (id and number)."""
    early: list[Run] = []
    later: list[Run] = []
    for message_id, msisdn in messages:
        runs = _runs(message_id, msisdn, order, chance)
        (early if chance.random() < order.early else later).extend(runs)
        if chance.random() < order.unknown:
            later.append([StandInReport(f"ATXid_{chance.getrandbits(128):032x}", msisdn, "Success")])
    if order.shuffle:
        chance.shuffle(early)
        chance.shuffle(later)
    return ReportPlan(early, later)


def _runs(message_id: str, msisdn: str, order: ReportOrder, chance: Random) -> list[Run]:
    run = []
    for status in _course(order, chance):
        reason = chance.choice(REASONS[status]) if status in REASONS else ""
        lost, again = chance.random() < order.lost, chance.random() < order.twice
        run += [StandInReport(message_id, msisdn, status, reason) for _ in range(0 if lost else 1 + again)]
    if order.shuffle:
        return [[report] for report in run]
    return [run] if run else []


def _course(order: ReportOrder, chance: Random) -> list[Status]:
    (last,) = chance.choices(list(order.statuses), list(order.statuses.values()))
    if not order.steps:
        return [last]
    between: Status = chance.choice(("Submitted", "Buffered"))
    return ["Sent", between, last]
