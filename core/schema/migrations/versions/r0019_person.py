"""The rights of a person: what is held of a phone or a household, and its erasure, for administrators alone.

Both run as the owner, because nobody at the desk sees all that is held. Who asks is an administrator with a claim, or
whoever may act as the owner of the tables.
"""

from alembic import op

from core.schema.migrations.versions.r0018_limited_time import CALLED, DECIDED, OPENLY, OVER, SAFE_PATH

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LEFT = "('exited', 'not_eligible')"
COMING = "('planned', 'announced')"

MAY = f"""
CREATE FUNCTION must_answer_for_persons() RETURNS void LANGUAGE plpgsql {SAFE_PATH} AS $$
BEGIN
    IF current_setting('role') = 'none' AND pg_has_role(session_user, current_user, 'MEMBER') THEN RETURN; END IF;
    IF claimed(2) IS DISTINCT FROM 'administrator' THEN
        RAISE insufficient_privilege USING MESSAGE = 'only an administrator answers for what is held of a person';
    END IF;
END $$;
"""
"""Called by what runs as the owner, who is `current_user` there; a claim is verified as 0017 has it."""

OWN_GRIEVANCES = "SELECT id FROM grievance WHERE sensitivity <> 'sensitive' AND (msisdn = caller OR household_id = own)"
OWN_CALLS = "SELECT id FROM callback_request WHERE msisdn = caller OR household_id = own"
OWN_MESSAGES = f"SELECT id FROM message WHERE (msisdn = caller OR household_ids @> ARRAY[own]) AND {OPENLY}"  # noqa: S608
OWN_PAYMENTS = "SELECT id FROM payment WHERE household_id = own"
HELD_ROWS = {
    "household": "to_jsonb(t) - 'id' - 'search' - 'village_search' FROM household AS t WHERE id = own",
    "household_phone": """to_jsonb(t) - 'household_id' || jsonb_build_object('household_no', household_no)
        FROM household_phone AS t JOIN household ON household.id = household_id
        WHERE household_id = own OR msisdn = caller""",
    "phone_claim": """to_jsonb(t) - 'household_id' || jsonb_build_object('household_no', household_no)
        FROM phone_claim AS t JOIN household ON household.id = household_id
        WHERE household_id = own OR msisdn = caller""",
    "phone": "to_jsonb(t) FROM phone AS t WHERE msisdn = caller",
    "enrolment": "to_jsonb(t) - 'household_id' FROM enrolment AS t WHERE household_id = own",
    "payment": """to_jsonb(t) - 'id' - 'household_id' - 'round_id' || jsonb_build_object('round', name,
        'component', component) FROM payment AS t JOIN payment_round ON payment_round.id = round_id
        WHERE household_id = own""",
    "payment_move": f"to_jsonb(t) - 'payment_id' FROM payment_move AS t WHERE payment_id IN ({OWN_PAYMENTS})",
    "payment_reply": f"""to_jsonb(t) - 'payment_id' - 'grievance_id' FROM payment_reply AS t
        WHERE payment_id IN ({OWN_PAYMENTS})""",
    "grievance": f"""to_jsonb(t) - ARRAY['id', 'filing_key', 'reopen_key', 'secret', 'household_id', 'filed_by',
        'assigned_to', 'decided_by', 'version'] FROM grievance AS t WHERE id IN ({OWN_GRIEVANCES})""",
    "grievance_event": f"""jsonb_build_object('reference', reference, 'at', at, 'kind', kind, 'to_state', to_state,
        'note', CASE WHEN kind <> 'note' THEN note END, 'again_on', again_on)
        FROM grievance_event AS t JOIN grievance ON grievance.id = grievance_id
        WHERE grievance_id IN ({OWN_GRIEVANCES})""",
    "callback_request": f"""to_jsonb(t) - ARRAY['id', 'key', 'household_id', 'taken_by', 'taken_until']
        FROM callback_request AS t WHERE id IN ({OWN_CALLS})""",
    "callback_try": f"""to_jsonb(t) - ARRAY['id', 'callback_request_id', 'agent_id'] FROM callback_try AS t
        WHERE callback_request_id IN ({OWN_CALLS})""",
    "message": f"""jsonb_build_object('kind', kind, 'msisdn', msisdn, 'operator', t.operator, 'commune_pcode',
        commune_pcode, 'language', t.language, 'filling', filling, 'state', t.state, 'reason', reason,
        'planned_at', planned_at, 'final_at', final_at, 'body', body)
        FROM message AS t LEFT JOIN sms_batch ON sms_batch.id = batch_id
        LEFT JOIN message_text ON message_text.id = text_id WHERE t.id IN ({OWN_MESSAGES})""",
    "inbound_sms": "to_jsonb(t) - 'gateway_id' FROM inbound_sms AS t WHERE msisdn = caller",
    "early_report": "to_jsonb(t) - 'provider_id' FROM early_report AS t WHERE msisdn = caller",
    "identification_try": """to_jsonb(t) - 'id' - CASE WHEN caller IS NULL THEN 'msisdn' ELSE 'household_no' END
        FROM identification_try AS t WHERE msisdn = caller OR household_no = house""",
    "reference_try": "to_jsonb(t) - 'id' FROM reference_try AS t WHERE msisdn = caller",
    "daily_use": """to_jsonb(t) FROM daily_use AS t
        WHERE (who = caller OR who = 'household ' || own) AND use <> 'secret'""",
    "audit_entry": """jsonb_build_object('at', at, 'act', act, 'about', about, 'detail', detail) FROM audit_entry AS t
        WHERE about = 'household ' || house
            OR caller IS NOT NULL AND act IN ('phone corrected', 'phone claim answered')
                AND (caller IN (detail ->> 'before', detail ->> 'after') OR detail ->> 'phone' = right(caller, 8))""",
}

PERSON = f"""
CREATE FUNCTION person_held(caller text, house text) RETURNS TABLE (source text, held jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
#variable_conflict use_column
DECLARE own integer := (SELECT id FROM household WHERE household_no = house);
BEGIN
    PERFORM must_answer_for_persons();
    {" ".join(f"RETURN QUERY SELECT '{source}', {rows};" for source, rows in HELD_ROWS.items())}
END $$;
CREATE FUNCTION person_erase(caller text, house text) RETURNS TABLE (source text, erased integer, kept integer)
    LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
#variable_conflict use_column
DECLARE
    own integer := (SELECT id FROM household WHERE household_no = house FOR UPDATE);
    grievances integer[] := ARRAY({OWN_GRIEVANCES} AND state IN {DECIDED});
    calls integer[] := ARRAY({OWN_CALLS.replace("WHERE ", "WHERE (")}) AND state IN {CALLED});
    messages bigint[] := ARRAY({OWN_MESSAGES} AND state IN {OVER});
    still_open integer := (SELECT count(*) FROM ({OWN_GRIEVANCES}) AS all_of_them) - cardinality(grievances);
    still_called integer := (SELECT count(*) FROM ({OWN_CALLS}) AS all_of_them) - cardinality(calls);
    still_sent integer := (SELECT count(*) FROM ({OWN_MESSAGES}) AS all_of_them) - cardinality(messages);
    gone integer;
BEGIN
    PERFORM must_answer_for_persons();
    RETURN QUERY SELECT 'grievance', forget_grievances(grievances), still_open;
    RETURN QUERY SELECT 'callback_request', forget_calls(calls), still_called;
    RETURN QUERY SELECT 'message', forget_messages(messages), still_sent;
    IF own IS NOT NULL THEN
        gone := CASE WHEN still_open + still_called = 0 AND EXISTS (SELECT FROM household WHERE id = own
                AND status IN {LEFT}) AND NOT EXISTS (SELECT FROM payment WHERE household_id = own
                AND state IN {COMING})
            THEN forget_households(ARRAY[own]) ELSE 0 END;
        RETURN QUERY SELECT 'household', gone, 1 - gone;
        RETURN QUERY SELECT 'payment', 0, CAST(count(*) AS integer) FROM payment WHERE household_id = own;
    END IF;
    IF caller IS NOT NULL THEN
        DELETE FROM phone_claim WHERE msisdn = caller;
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'phone_claim', gone, 0;
        DELETE FROM inbound_sms WHERE msisdn = caller;
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'inbound_sms', gone, 0;
        DELETE FROM early_report WHERE msisdn = caller;
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'early_report', gone, 0;
        DELETE FROM phone WHERE msisdn = caller AND sms_stopped_at IS NULL;
        GET DIAGNOSTICS gone = ROW_COUNT;
        UPDATE phone SET language = NULL WHERE msisdn = caller;
        RETURN QUERY SELECT 'phone', gone, CAST(count(*) AS integer) FROM phone WHERE msisdn = caller;
        RETURN QUERY SELECT 'household_phone', 0, CAST(count(*) AS integer) FROM household_phone WHERE msisdn = caller;
    END IF;
    RETURN QUERY SELECT 'identification_try', 0, CAST(count(*) AS integer) FROM identification_try
        WHERE msisdn = caller OR household_no = house;
    RETURN QUERY SELECT 'audit_entry', 0, CAST(count(*) AS integer) FROM audit_entry
        WHERE about = 'household ' || house;
END $$;
"""  # noqa: S608
"""A sensitive grievance is in neither: who asks at a counter, or holds the phone, may not be who complained."""

FOR_THE_DESK = ("person_held(text, text)", "person_erase(text, text)")
EVERY = ", ".join((*FOR_THE_DESK, "must_answer_for_persons()"))


def upgrade() -> None:
    for statements in (MAY, PERSON):
        op.execute(statements)
    op.execute(f"REVOKE ALL ON FUNCTION {EVERY} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(FOR_THE_DESK)} TO jigi_desk")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {EVERY}")
