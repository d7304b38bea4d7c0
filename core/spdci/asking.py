"""What we ask of registries that is answered at once: households, who is enrolled, what became of what we asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.spdci import fields
from core.spdci.consent import Consent
from core.spdci.envelope import new_id, stamp
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks, rejected
from core.spdci.mapping import OwnEnrolment, RegistryHousehold, household_in
from core.spdci.partners import Partner
from core.spdci.vocabulary import VERSION, QueryType, RegistryFault, RequestStatus, SpdciAction, TxnType

MOST_ON_A_PAGE: Final = 50
LOCALE: Final = "fra"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One thing that is looked for, in one of the three ways of the specification."""

    kind: QueryType
    query: object

    @classmethod
    def by_identifier(cls, kind: str, value: str) -> "SearchQuery":
        """By a number of a household or a person, of a type that the registry knows."""
        return cls(QueryType.IDENTIFIER, {"type": kind, "value": value})

    @property
    def searched(self) -> str:
        """By what, for the trail: a number and its kind; of other searches that they were made, and no name."""
        if isinstance(self.query, dict) and self.kind is QueryType.IDENTIFIER:
            return f"{self.query['type']} {self.query['value']}"
        return self.kind.value

    @classmethod
    def by_predicate(cls, wanted: Mapping[str, str]) -> "SearchQuery":
        """By attributes that all are as they are said."""
        expressions = [
            {"attribute_name": name, "operator": "eq", "attribute_value": value} for name, value in wanted.items()
        ]
        pairs = [expressions[index : index + 2] for index in range(0, len(expressions), 2)]
        query = []
        for number, (first, *second) in enumerate(pairs, 1):
            more = {"condition": "and", "expression2": second[0]} if second else {}
            query.append({"seq_num": number, "expression1": first, **more})
        return cls(QueryType.PREDICATE, query)

    @classmethod
    def by_expression(cls, collection: str, wanted: Mapping[str, str]) -> "SearchQuery":
        """By an expression over a collection, `Group` or `Member`."""
        conditions = [{name: {"$eq": value}} for name, value in wanted.items()]
        expression = {"collection": collection, "query": {"$and": conditions}}
        return cls(QueryType.EXPRESSION, {"type": "ns:spdci:QueryType:NoSql", "value": {"expression": expression}})


@dataclass(frozen=True, slots=True)
class SearchFinding:
    """What one search found: a page of households, and how many there are in all."""

    households: tuple[RegistryHousehold, ...]
    total: int


def search_message(
    searches: Mapping[str, SearchQuery], now: datetime, consent: Consent | None = None, transaction_id: str = ""
) -> dict[str, Any]:
    """The message that asks for each of these, by its reference."""
    agreed = {"consent": consent.written(now)} if consent else {}
    requests = [
        {
            "reference_id": reference,
            "timestamp": stamp(now),
            "search_criteria": {
                "version": VERSION,
                "query_type": search.kind.value,
                "response_entity": "Group",
                "query": search.query,
                "pagination": {"page_size": MOST_ON_A_PAGE, "page_number": 1},
                **agreed,
            },
            "locale": LOCALE,
        }
        for reference, search in searches.items()
    ]
    return {"transaction_id": transaction_id or new_id(), "search_request": requests}


async def search(
    links: RegistryLinks, partner: Partner, query: SearchQuery, now: datetime, consent: Consent | None = None
) -> SearchFinding:
    """The households that a registry finds; raises RegistryFailed."""
    reference = new_id()
    message = search_message({reference: query}, now, consent)
    came = await links.ask(partner, "/registry/sync/search", SpdciAction.SEARCH, message, SpdciAction.ON_SEARCH)
    for reply in fields.parts(came.message, "search_response"):
        if fields.text(reply, "reference_id") == reference:
            return finding_in(reply)
    raise RegistryFailed(RegistryFault.OTHER, "reference_id")


def finding_in(reply: object) -> SearchFinding:
    """What is in the reply to one search; raises RegistryFailed where it was rejected."""
    if fields.text(reply, "status").lower() == RequestStatus.REJECTED:
        raise rejected(fields.text(reply, "status_reason_code"))
    households = tuple(household_in(record) for record in records_in(fields.field(reply, "data")))
    total = fields.field(fields.field(reply, "pagination"), "total_count")
    return SearchFinding(households, int(total) if isinstance(total, int | float) else len(households))


def records_in(data: object) -> Sequence[object]:
    """The records in the data of a reply, be they a list or one; what is no record is left out."""
    return [record for record in fields.parts(data, "reg_records") if isinstance(record, dict)]


async def is_enrolled(
    links: RegistryLinks, partner: Partner, kind: str, value: str, programme: str, now: datetime
) -> bool:
    """Whether a beneficiary registry has somebody as a beneficiary of a programme; raises RegistryFailed."""
    message = {
        "transaction_id": new_id(),
        "enrolled_criteria": {
            "query_type": QueryType.PREDICATE.value,
            "response_entity": "Group",
            "query": {kind: {"eq": value}, "programme_identifier.program.programme_identifier": {"eq": programme}},
        },
    }
    came = await links.ask_plainly(
        partner, "/registry/sync/enrolled", SpdciAction.SEARCH, message, SpdciAction.ON_SEARCH
    )
    for reply in fields.parts(came, "enrolled_response"):
        if fields.text(reply, "status").lower() == RequestStatus.REJECTED:
            raise rejected(fields.text(reply, "status_reason_code"))
        return fields.text(reply, "enrolled_status").lower() == "yes"
    raise RegistryFailed(RegistryFault.OTHER, "enrolled_response")


async def update_enrolments(
    links: RegistryLinks, partner: Partner, enrolments: Sequence[OwnEnrolment], now: datetime
) -> None:
    """Tell a beneficiary registry where households of ours stand now; raises RegistryFailed."""
    message = {
        "transaction_id": new_id(),
        "enrolled_updates": {"beneficiaries": [enrolment.record() for enrolment in enrolments]},
    }
    came = await links.ask_plainly(
        partner, "/registry/sync/enrollment/updates", SpdciAction.NOTIFY, message, SpdciAction.NOTIFY
    )
    for reply in fields.parts(came, "enrolled_response"):
        if fields.text(reply, "status").lower() == RequestStatus.REJECTED:
            raise rejected(fields.text(reply, "status_reason_code"))


async def transaction_status(
    links: RegistryLinks, partner: Partner, transaction_id: str, now: datetime
) -> Sequence[str]:
    """How far what we asked in a transaction is, request by request; raises RegistryFailed."""
    message = status_message(transaction_id)
    came = await links.ask(
        partner, "/registry/sync/txn/status", SpdciAction.TXN_STATUS, message, SpdciAction.TXN_ON_STATUS
    )
    return statuses_in(came.message)


def status_message(transaction_id: str) -> dict[str, Any]:
    """The message that asks how far a transaction is."""
    question = {
        "reference_id": new_id(),
        "txn_type": TxnType.SEARCH.value,
        "attribute_type": "transaction_id",
        "attribute_value": transaction_id,
        "locale": LOCALE,
    }
    return {"transaction_id": new_id(), "txnstatus_request": question}


def statuses_in(message: object) -> list[str]:
    """How far each request is, as a registry says."""
    status = fields.field(fields.field(message, "txnstatus_response"), "txn_status")
    return [fields.text(each, "status").lower() for each in fields.parts(status, "search_response")]
