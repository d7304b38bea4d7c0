"""Each column of each table: whether it holds something of a person, and what becomes of that when it is erased.

A test walks all tables, so that a new table or column is named here, and shown and erased, or is said to hold nothing.
"""

from collections.abc import Mapping
from typing import Final

from core.text.words import Code


class Fate(Code):
    """What becomes of a column when what is held of a person is erased, or has had its time."""

    ERASED = "erased"
    """Emptied, written over, or deleted with its row."""
    STAYS = "stays"
    """Kept, with a reason that is given (`core.rights.sources.WHY_KEPT`)."""
    OWN_TIME = "own time"
    """Deleted after its own few days; of a phone that is erased, what bounds nothing any more goes at once."""
    NOTHING = "nothing"
    """Nothing of a person, or nothing once the rest of the row is erased."""


E, S, T, N = Fate.ERASED, Fate.STAYS, Fate.OWN_TIME, Fate.NOTHING

PERSONAL: Final[Mapping[str, Mapping[Fate, str]]] = {
    "household": {
        E: "household_no programme_no programme_key head_name birth_year village language status_reason search "
        "village_search",
        N: "id commune_pcode status updated_at",
    },
    "household_phone": {E: "household_id position msisdn"},
    "phone_claim": {E: "household_id msisdn state asked_at answered_at"},
    "correction": {
        E: "household_id field before value reason state made_at ended_at list_value list_day met_at",
        N: "id made_by approved_by ended_by",
    },
    "import_trace": {E: "household_id before", N: "id run_id relation"},
    "phone": {E: "language", S: "msisdn sms_stopped_at created_at updated_at"},
    "enrolment": {N: "household_id component since ended"},
    "payment": {
        E: "reason",
        N: "id household_id round_id due_date last_day place agency amount_xof state paid_on hour updated_at",
    },
    "payment_move": {N: "payment_id moved_at old_day new_day"},
    "payment_reply": {E: "grievance_id", N: "payment_id reply missing_xof at"},
    "grievance": {
        E: "reference filing_key words msisdn household_id call_back call_safe sms_safe safe_period answer reopen_key "
        "name village secret call_again_on",
        N: "id channel category subcategory sensitivity commune_pcode anonymous beneficiary language state level "
        "first_answer_due decision_due received_at decided_at reopened_at reopen_count sex filed_by assigned_to "
        "assigned_at touched_at waiting_since first_answered_at decided_by solved withdrawn_at lapsed_at escalated_at "
        "next_due lead_id followed_at version",
    },
    "grievance_event": {E: "note", N: "id grievance_id at kind from_state to_state agent_id told again_on message_id"},
    "attachment": {E: "id grievance_id kind octets place added_by added_at"},
    "grievance_reading": {E: "reference", N: "id grievance_id agent_id at"},
    "referral": {N: "id grievance_id service_id made_on made_by outcome outcome_on"},
    "callback_request": {
        E: "key msisdn household_id",
        N: "id language asked_at state agreed_on agreed_period again_on taken_by taken_until",
    },
    "callback_try": {E: "note", N: "id callback_request_id agent_id at reached again_on"},
    "message": {
        E: "key msisdn household_ids told other_payments other_told filling provider_id",
        N: "id campaign_id batch_id kind operator commune_pcode language state reason attempts was_uncertain cost "
        "currency planned_at final_at again_at gateway own_households told_with",
    },
    "message_text": {E: "content body", N: "id campaign_id language parts size not_after"},
    "inbound_sms": {E: "gateway_id msisdn intent at answered"},
    "early_report": {E: "provider_id msisdn state reason received_at", N: "gateway"},
    "identification_try": {T: "id msisdn household_no at ok"},
    "reference_try": {T: "id msisdn at"},
    "daily_use": {T: "day who use times"},
    "ussd_journal": {T: "key session_id position state at"},
    "import_batch_content": {T: "batch_id content"},
    "field_submission": {
        T: "id form_id keys digest state edited problems content scope_code received_at settled_at settled_by",
    },
    "field_file": {E: "id grievance_id url attempts next_at"},
    "outgoing_event": {T: "id key at kind about data"},
    "event_sending": {T: "receiver_id event_id about state attempts next_at delivered_at last_status"},
    "spdci_message": {
        T: "id system message_id action transaction_id correlation_id outcomes received_at reply reply_action "
        "reply_path attempts next_at replied_at"
    },
    "audit_entry": {S: "about detail", N: "id at agent_id act source before seal"},
}
"""The columns of each table that holds something of people whom the programme is for."""

UNSHOWN: Final[Mapping[str, str]] = {
    "household": "programme_key search village_search",
    "grievance": "filing_key reopen_key secret household_id",
    "attachment": "id grievance_id kind octets place added_by added_at",
    "grievance_reading": "reference",
    "referral": "id grievance_id service_id made_on made_by outcome outcome_on",
    "payment_reply": "grievance_id",
    "household_phone": "household_id",
    "correction": "household_id",
    "import_trace": "household_id",
    "phone_claim": "household_id",
    "callback_request": "key household_id",
    "message": "key household_ids told other_payments other_told provider_id",
    "message_text": "content",
    "inbound_sms": "gateway_id",
    "early_report": "provider_id",
    "identification_try": "id",
    "reference_try": "id",
    "ussd_journal": "key session_id position state at",
    "import_batch_content": "batch_id content",
    "field_submission": "id form_id keys digest state edited problems content scope_code received_at settled_at "
    "settled_by",
    "field_file": "id grievance_id url attempts next_at",
    "outgoing_event": "id key at kind about data",
    "event_sending": "receiver_id event_id about state attempts next_at delivered_at last_status",
    "spdci_message": "id system message_id action transaction_id correlation_id outcomes received_at reply "
    "reply_action reply_path attempts next_at replied_at",
}
"""Of those, what is not handed over: keys and numbers of our own, the same in another spelling, what only a focal
person sees, the journal of a call, which names nobody and lasts a day, rows on their way in, which last one too, what
forms of the field pushed, which is sealed and cannot be looked through, and
events on their way out, which last a month and have numbers of cases and households alone."""

STAFF: Final = frozenset(
    {"agent", "agent_credential", "agent_identity", "desk_session", "recovery_code", "sign_in_try"}
)
"""What is held of the people who work at the desk: administrators see and change it on its own pages."""

NOBODYS: Final = frozenset(
    {
        "alarm", "api_key", "attachment_left", "campaign", "campaign_change", "campaign_rule_look", "campaign_rule_off",
        "campaign_tally",
        "campaign_template", "cercle", "claim_key", "commune", "component", "component_event",
        "database_identity", "event_receiver", "field_form", "focal_alert", "gateway_session", "holiday",
        "import_batch", "import_batch_row", "import_run", "payment_round",
        "prepared_answer", "programme_setting", "referral_service", "region", "register_mapping", "register_submission",
        "report_mail", "restoration", "screen_count", "sms_batch", "sms_pace", "sms_worker",
        "spdci_asking", "task_count",
    }
)  # fmt: skip
"""What holds nothing of a person: places and the numbers of their offices, campaigns, counts, settings of ours,
what forms of villages are called, and hashes of what came by them."""
