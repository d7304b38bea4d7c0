"""What we reply to the requests of a partner: searches of beneficiaries, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from core.spdci import criteria, fields, messages
from core.spdci.beneficiaries import beneficiaries
from core.spdci.criteria import BadSearch, SearchCriteria
from core.spdci.envelope import LONGEST_ID, Envelope, Unacceptable, stamp
from core.spdci.messages import TakenMessage
from core.spdci.vocabulary import (
    VERSION,
    HeaderFault,
    RequestStatus,
    SearchFault,
    TransportFault,
    TxnType,
)

MOST_SEARCHES: Final = 50
"""Searches in one request."""

MOST_SHOWN: Final = 200
"""Households from which on a further search of the same request is too much: each is read as the line reads it."""

ATTRIBUTES: Final = ("transaction_id", "reference_id_list", "correlation_id")


@dataclass(slots=True)
class SearchReplies:
    """What is replied to each search of a request, and how many households are in it all."""

    replies: list[dict[str, Any]] = field(default_factory=list)
    shown: int = 0

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """What became of each, without what was found."""
        return [
            {name: value for name, value in each.items() if name not in ("data", "locale")} for each in self.replies
        ]

    def message(self, transaction_id: str, correlation_id: str) -> dict[str, Any]:
        """The message of an answer."""
        return {
            "transaction_id": transaction_id,
            "correlation_id": correlation_id,
            "search_response": self.replies,
        }


async def search_replies(envelope: Envelope, now: datetime, *, with_grievances: bool) -> SearchReplies:
    """Reply to each search of a request, within the transaction of who asks; raises Unacceptable for too many."""
    requests = fields.parts(envelope.message, "search_request")
    if not requests:
        raise Unacceptable(TransportFault.BAD, "search_request")
    if len(requests) > MOST_SEARCHES:
        raise Unacceptable(HeaderFault.TOO_MANY)
    said = fields.text(envelope.header, "total_count")
    if said and said != str(len(requests)):
        raise Unacceptable(HeaderFault.COUNT)
    replies, seen = SearchReplies(), set[str]()
    for request in requests:
        reference = fields.text(request, "reference_id")
        fault = _fault(reference, seen, request)
        seen.add(reference)
        try:
            if fault:
                raise BadSearch(fault)
            if replies.shown >= MOST_SHOWN:
                raise BadSearch(SearchFault.TOO_MANY)
            wanted = criteria.criteria_of(fields.field(request, "search_criteria"))
            households, total = await beneficiaries(wanted, now.date(), with_grievances=with_grievances)
        except BadSearch as refused:
            replies.replies.append(_rejected(reference, refused.fault, now))
            continue
        replies.shown += len(households)
        replies.replies.append(_found(reference, [each.record() for each in households], wanted, total, now))
    return replies


def _fault(reference: str, seen: set[str], request: object) -> SearchFault | None:
    if not 0 < len(reference) <= LONGEST_ID:
        return SearchFault.REFERENCE
    if reference in seen:
        return SearchFault.DUPLICATE
    if fields.moment(fields.field(request, "timestamp")) is None:
        return SearchFault.TIMESTAMP
    return None


def _found(
    reference: str, records: Sequence[Mapping[str, Any]], wanted: SearchCriteria, total: int, now: datetime
) -> dict[str, Any]:
    return {
        "reference_id": reference,
        "timestamp": stamp(now),
        "status": RequestStatus.SUCCESS.value,
        "data": {"version": VERSION, "reg_records": list(records)},
        "pagination": {"page_size": wanted.size, "page_number": wanted.page, "total_count": total},
        "locale": "fra",
    }


def _rejected(reference: str, fault: SearchFault, now: datetime) -> dict[str, Any]:
    return {
        "reference_id": reference,
        "timestamp": stamp(now),
        "status": RequestStatus.REJECTED.value,
        "status_reason_code": fault.value,
    }


async def status_message(system: str, envelope: Envelope, correlation_id: str, now: datetime) -> dict[str, Any]:
    """What became of earlier searches of a partner, not what was found; raises Unacceptable for another question."""
    question = fields.field(envelope.message, "txnstatus_request")
    by = fields.text(question, "attribute_type")
    given = fields.field(question, "attribute_value")
    wanted = [str(each) for each in (given if isinstance(given, list) else [given]) if isinstance(each, str | int)]
    if by not in ATTRIBUTES or not 0 < len(wanted) <= MOST_SEARCHES:
        raise Unacceptable(TransportFault.BAD, "attribute_value")
    if fields.text(question, "txn_type") != TxnType.SEARCH:
        raise Unacceptable(TransportFault.BAD, "txn_type")
    taken = await messages.asked(system, by, wanted)
    outcomes = [
        each for one in taken for each in _outcomes(one) if by != ATTRIBUTES[1] or each["reference_id"] in wanted
    ]
    unknown = _rejected(fields.text(question, "reference_id") or wanted[0], SearchFault.REFERENCE, now)
    status = {
        "transaction_id": taken[0].transaction_id if taken else envelope.transaction_id,
        "correlation_id": taken[0].correlation_id if taken else correlation_id,
        "search_response": outcomes or [unknown],
    }
    return {
        "transaction_id": envelope.transaction_id,
        "correlation_id": correlation_id,
        "txnstatus_response": {"txn_type": TxnType.SEARCH.value, "txn_status": status},
    }


def _outcomes(taken: TakenMessage) -> list[dict[str, Any]]:
    """What became of the searches of a message; those that are answered later are pending until they are."""
    pending = {"status": RequestStatus.PENDING.value} if taken.is_pending else {}
    return [{**each, **pending} for each in taken.outcomes]
