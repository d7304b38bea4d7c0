"""How long what is kept is kept."""

from pydantic import Field, PositiveInt
from pydantic_settings import BaseSettings


class RetentionSettings(BaseSettings):
    """Days after which it goes."""

    keep_journal_days: PositiveInt = Field(
        default=1,
        description="Days a call's journal (for replays), and how often a phone did what is bounded, are kept.",
    )
    keep_tries_days: PositiveInt = Field(
        default=30, description="Days are kept in which a household or a complaint was tried to be found by its number."
    )
    keep_gateway_sessions_days: PositiveInt = Field(
        default=400, description="Days the gateway's session statistics are kept."
    )
    keep_messages_days: PositiveInt = Field(
        default=400, description="Days SMS and their campaigns are kept after the last of them was planned."
    )
    keep_inbound_days: PositiveInt = Field(default=90, description="Days it is kept who wrote an SMS, never what.")
    keep_events_days: PositiveInt = Field(
        default=30, description="Days events for other systems are kept, to be sent, or sent once more."
    )
    keep_submissions_days: PositiveInt = Field(
        default=365, description="Days what field forms pushed is kept: what waits, and what tells an edit of the rest."
    )
    keep_early_reports_days: PositiveInt = Field(
        default=7, description="Days a delivery report is kept that no message of ours has the id of."
    )
    keep_desk_sessions_days: PositiveInt = Field(
        default=90, description="Days it is kept when somebody was signed in at the desk."
    )
    keep_left_days: PositiveInt = Field(
        default=1095,
        description="Days after which a household that left, or was not taken, is made nameless; its payments stay as "
        "figures. Also how long a phone of no household keeps its language.",
    )
    keep_grievances_days: PositiveInt = Field(
        default=1825, description="Days after its decision in which a complaint has a name, a number and words."
    )
    keep_sensitive_days: PositiveInt = Field(
        default=730, description="The same for a sensitive complaint; no longer than the others."
    )
    keep_call_requests_days: PositiveInt = Field(
        default=90, description="Days whom to call is kept after a request that is over was made."
    )
    keep_accesses_days: PositiveInt = Field(
        default=1825, description="Days it is kept who read a sensitive complaint; that it was read stays."
    )
    keep_audit_days: int = Field(
        default=1825,
        ge=400,
        description="Days the audit trail is kept, 400 at the least; of what is older it keeps how often each act was "
        "done, and the seal it went on from.",
    )
