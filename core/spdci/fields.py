"""Fields of messages, read liberally: spelt as others spell them, one thing where a list is said, and the other way.

The specification itself spells some names in more than one way; a name may also bear the prefix of its vocabulary.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

OTHERWISE: Final[Mapping[str, tuple[str, ...]]] = {
    "subscription_codes": ("sunscription_codes", "subscription_code", "codes", "code"),
    "subscriptions": ("subscription",),
    "subscribe_response": ("subscription_response", "subscibe_response"),
    "subscribe_request": ("subscibe_request", "subscription_request"),
    "unsubscribe_status": ("subscription_status", "unsubscribe_response"),
    "notify_event": ("notify_events", "event", "events"),
    "reg_records": ("reg_record", "records"),
    "search_response": ("search_responses",),
    "search_request": ("search_requests",),
    "txnstatus_request": ("txn_status_request", "txnstatus_requests"),
    "txnstatus_response": ("txn_status_response", "txnstatus_responses"),
    "enrolled_response": ("enroled_response", "enrolled_responses"),
    "enrolled_status": ("enroled_status",),
    "enrolled_criteria": ("enroled_criteria",),
    "enrolment_status": ("enrollment_status", "enrollement_status"),
    "enrolment_date": ("enrollment_date", "enrollement_date"),
    "correlation_id": ("corelation_id", "correlationId"),
    "transaction_id": ("transactionId",),
    "reference_id": ("referenceId",),
    "message_id": ("messageId", "msg_id"),
    "message_ts": ("messageTs", "msg_ts"),
    "sender_id": ("senderId",),
    "receiver_id": ("receiverId",),
    "status_reason_code": ("status_reason",),
    "ack_status": ("ackStatus",),
    "first_name": ("given_name", "firstname"),
    "second_name": ("middle_name",),
    "surname": ("family_name", "last_name", "lastname"),
    "registration_date": ("sregistration_date",),
    "group_identifier": ("group_identifiers", "household_identifier"),
    "member_identifier": ("member_identifiers",),
    "identifier": ("identifiers",),
    "phone_number": ("phone_numbers", "phone", "telephone"),
    "programme_identifier": ("programme_identifiers", "program_identifier", "enrolments"),
    "programme": ("program",),
}
"""What else a field is called: in the specification itself, or by those who wrote programs by it."""


def field(part: object, name: str) -> Any:
    """A field of a part of a message, however it is spelt; None where there is none."""
    if not isinstance(part, Mapping):
        return None
    for spelling in (name, *OTHERWISE.get(name, ())):
        if part.get(spelling) is not None:
            return part[spelling]
    wanted = {name, *OTHERWISE.get(name, ())}
    for key, value in part.items():
        if value is not None and str(key).rpartition(":")[2] in wanted:
            return value
    return None


def text(part: object, name: str) -> str:
    """A field as text; '' where it is none."""
    value = field(part, name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def parts(part: object, name: str) -> Sequence[Any]:
    """A field as a list: nothing is none, one thing is a list of it."""
    value = field(part, name)
    if value is None or value == "":
        return ()
    return value if isinstance(value, list) else [value]


def moment(written: object) -> datetime | None:
    """A moment as ISO 8601 writes it, with a zone or in UTC; None for what is none."""
    if not isinstance(written, str):
        return None
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
