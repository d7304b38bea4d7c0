"""Why a message came to nothing, and how a session ended, in the house's words and no more in one gateway's."""

from typing import Final

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REASONS: Final = {
    "UserInBlacklist": "blacklisted",
    "InvalidPhoneNumber": "invalid_number",
    "UnsupportedNumberType": "unsupported_number",
    "CouldNotRoute": "no_route",
    "AbsentSubscriber": "absent",
    "UserDoesNotExist": "no_such_number",
    "UserIsInactive": "inactive",
    "Expired": "expired",
    "InsufficientBalance": "no_balance",
    "InvalidSenderId": "invalid_sender",
    "gateway: InsufficientBalance": "no_balance",
    "gateway: InvalidSenderId": "invalid_sender",
    "UserInBlackList": "blacklisted",
    "DoNotDisturbRejection": "do_not_disturb",
    "UserAccountSuspended": "line_suspended",
    "NotNetworkSubscriber": "other_network",
    "NotNetworkSubcriber": "other_network",
    "Rejected": "refused",
    "RejectedByGateway": "refused",
    "Failed": "not_delivered",
    "DeliveryFailure": "not_delivered",
    "InternalServerError": "gateway_failed",
    "GatewayError": "gateway_failed",
    "not in the answer": "no_answer",
    "no code": "no_answer",
    "RiskHold": "africastalking:RiskHold",
    "InsufficientCredit": "africastalking:InsufficientCredit",
    "InvalidLinkId": "africastalking:InvalidLinkId",
    "UserNotSubscribedToProduct": "africastalking:UserNotSubscribedToProduct",
}
"""The words of the one gateway there was. The first that became a word of the house is what a downgrade makes of it."""

OUTCOMES: Final = {"Success": "finished", "Incomplete": "cut", "Failed": "timed_out", "Unknown": "unknown"}

BACK: Final = {house: theirs for theirs, house in reversed(REASONS.items())}
OUTCOMES_BACK: Final = {house: theirs for theirs, house in OUTCOMES.items()}


def upgrade() -> None:
    _rename(REASONS, OUTCOMES)


def downgrade() -> None:
    _rename(BACK, OUTCOMES_BACK)


RENAMED: Final = "UPDATE {table} SET {column} = fresh FROM (VALUES {words}) AS t (old, fresh) WHERE {column} = old"
IN_NOTES: Final = """
UPDATE {table} SET {data} = jsonb_set({data}, '{{reason}}', to_jsonb(CAST(fresh AS text)))
FROM (VALUES {words}) AS t (old, fresh) WHERE {code} = 'gateway' AND {data} ->> 'reason' = old
"""


def _rename(reasons: dict[str, str], outcomes: dict[str, str]) -> None:
    words = _rows(reasons)
    for table in ("message", "early_report"):
        op.execute(RENAMED.format(table=table, column="reason", words=words))
    for table, code, data in (("campaign_change", "note_code", "note_data"), ("campaign", "why_code", "why_data")):
        op.execute(IN_NOTES.format(table=table, code=code, data=data, words=words))
    op.execute(RENAMED.format(table="gateway_session", column="status", words=_rows(outcomes)))


def _rows(words: dict[str, str]) -> str:
    return ", ".join(f"('{old}', '{fresh}')" for old, fresh in words.items())
