"""A database role for each task, row security on all that is personal, and claims that are verified.

Until now whoever was not the desk saw all, and the desk saw what it said of itself. From here on a policy names whom it
lets in, and what the desk says of itself bears a seal that it cannot make. The version before this one, which signs in
as who sees all and becomes the desk for a transaction, is believed as before; no other sign-in is.
"""

from collections.abc import Mapping

from alembic import op

from core.schema.migrations.versions import r0004_desk

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LINE, WORKER, SIGN_IN, DESK = "jigi_line", "jigi_worker", "jigi_sign_in", "jigi_desk"
NEW = (LINE, WORKER, SIGN_IN)
SAFE_PATH = "SET search_path = pg_catalog, public, pg_temp"

CLAIMS = f"""
CREATE TABLE claim_key (
    one boolean NOT NULL DEFAULT true,
    inner_key bytea NOT NULL,
    outer_key bytea NOT NULL,
    CONSTRAINT pk_claim_key PRIMARY KEY (one),
    CONSTRAINT ck_claim_key_one CHECK (one)
);
CREATE FUNCTION new_claim_key() RETURNS bytea LANGUAGE sql VOLATILE {SAFE_PATH} AS $$
    SELECT string_agg(uuid_send(gen_random_uuid()), ''::bytea) FROM generate_series(1, 4)
$$;
REVOKE ALL ON FUNCTION new_claim_key() FROM PUBLIC;
INSERT INTO claim_key (inner_key, outer_key) VALUES (new_claim_key(), new_claim_key());

CREATE FUNCTION claim_seal(words text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE {SAFE_PATH} AS $$
BEGIN
    RETURN (SELECT encode(sha256(outer_key || sha256(inner_key || convert_to(words, 'UTF8'))), 'hex') FROM claim_key);
END $$;
REVOKE ALL ON FUNCTION claim_seal(text) FROM PUBLIC;

CREATE FUNCTION desk_claim(agent_id integer, role text, scope text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE words text := agent_id || '|' || role || '|' || scope || '|' ||
    ceil(extract(epoch FROM clock_timestamp()) + 900)::bigint;
BEGIN
    IF role || scope LIKE '%|%' THEN RAISE 'a claim has four parts'; END IF;
    RETURN claim_seal(words) || words;
END $$;
REVOKE ALL ON FUNCTION desk_claim(integer, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_claim(integer, text, text) TO {SIGN_IN};

CREATE FUNCTION claimed(part integer) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE
    claim text := coalesce(current_setting('jigi.claim', true), '');
    words text := substr(claim, 65);
BEGIN
    IF claim = '' THEN
        IF NOT pg_has_role(session_user, '{LINE}', 'MEMBER') THEN RETURN NULL; END IF;
        RETURN current_setting((ARRAY['jigi.agent_id', 'jigi.role', 'jigi.scope'])[part], true);
    END IF;
    IF left(claim, 64) <> claim_seal(words) THEN RETURN NULL; END IF;
    IF split_part(words, '|', 4)::bigint < extract(epoch FROM now()) THEN RETURN NULL; END IF;
    RETURN split_part(words, '|', part);
END $$;
"""  # noqa: S608 - our own words
"""A claim is 64 digits of a seal and `agent|role|scope|until`, good for a quarter of an hour.

The seal is HMAC's form with two keys that do not depend on each other (NMAC; RFC 2104, appendix, and its sources).
"""

AGENT_IS = "(SELECT CAST(claimed(1) AS integer))"
ROLE_IS = "(SELECT claimed(2))"
SCOPE_IS = "(SELECT claimed(3))"
"""Who acts is asked in a subselect, once for a statement and not once for each row."""

WITHIN_SCOPE = f"""({SCOPE_IS} = '' OR commune_pcode IN (
    SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE {SCOPE_IS} IN (commune.pcode, cercle.pcode, cercle.region_pcode)))"""  # noqa: S608
OF_A_HOUSEHOLD = "EXISTS (SELECT FROM household WHERE household.id = household_id)"
OF_A_PAYMENT = "EXISTS (SELECT FROM payment WHERE payment.id = payment_id)"
A_PHONE_SEEN = """EXISTS (SELECT FROM household_phone WHERE household_phone.msisdn = {0})
    OR EXISTS (SELECT FROM grievance WHERE grievance.msisdn = {0})
    OR EXISTS (SELECT FROM callback_request WHERE callback_request.msisdn = {0})"""
CLERKS = f"{ROLE_IS} IN ('agent', 'supervisor')"
WHO_SEES_HOUSEHOLDS = f"{ROLE_IS} IN ('agent', 'supervisor', 'focal')"

SEEN: Mapping[str, str] = {
    "agent": f"{ROLE_IS} IN ('agent', 'supervisor', 'focal', 'administrator')",
    "audit_entry": f"{ROLE_IS} = 'administrator'",
    "callback_request": f"{CLERKS} AND ({SCOPE_IS} = '' OR {OF_A_HOUSEHOLD})",
    "callback_try": "EXISTS (SELECT FROM callback_request WHERE callback_request.id = callback_request_id)",
    "daily_use": f"({A_PHONE_SEEN.format('who')}) OR "
    "EXISTS (SELECT FROM household WHERE 'household ' || household.id = who)",
    "enrolment": OF_A_HOUSEHOLD,
    "grievance": f"""CASE sensitivity WHEN 'sensitive' THEN {ROLE_IS} = 'focal' ELSE {CLERKS} END
        AND {WITHIN_SCOPE}""",
    "grievance_event": "EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id)",
    "grievance_reading": f"""{ROLE_IS} = 'focal' OR {ROLE_IS} = 'supervisor'
        AND EXISTS (SELECT FROM agent WHERE agent.id = {AGENT_IS} AND agent.watches_focal)""",
    "household": f"{WHO_SEES_HOUSEHOLDS} AND {WITHIN_SCOPE}",
    "household_phone": OF_A_HOUSEHOLD,
    "identification_try": "false",
    "message": f"""{WHO_SEES_HOUSEHOLDS}
        AND (coalesce(CAST(filling ->> 'discreet' AS boolean), false) IS FALSE OR {ROLE_IS} = 'focal')""",
    "message_text": f"campaign_id IS NOT NULL AND {ROLE_IS} = 'supervisor'",
    "payment": OF_A_HOUSEHOLD,
    "payment_move": OF_A_PAYMENT,
    "payment_reply": OF_A_PAYMENT,
    "phone_claim": OF_A_HOUSEHOLD,
    "phone": A_PHONE_SEEN.format("phone.msisdn"),
    "reference_try": "false",
}
"""What the desk sees of each table that holds something personal."""

WRITTEN: Mapping[str, str] = {
    "audit_entry": "true",
    "identification_try": "true",
    "phone": "true",
    "reference_try": "true",
    "daily_use": "true",
}
"""What it may write where that is not what it sees: what a call that is tried at the desk leaves, and is undone."""

UNSEEN = ("agent_credential", "desk_session", "early_report", "inbound_sms", "ussd_journal")
"""What is personal besides, of which the desk sees nothing."""

OPEN = (
    "campaign", "campaign_change", "campaign_rule_off", "cercle", "commune", "component", "component_event",
    "database_identity", "gateway_session", "holiday", "payment_round", "prepared_answer", "region", "screen_count",
    "sms_batch", "sms_pace", "sms_worker", "task_count",
)  # fmt: skip
"""What holds nobody's affairs."""

QUEUE = ("procrastinate_events", "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_workers")

READ, ADD, CHANGE, ALL = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE, DELETE"
PLACES = ("region", "cercle", "commune")

GRANTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    LINE: {
        "SELECT (id, name)": ("agent",),
        READ: (
            *PLACES, "alembic_version", "campaign", "component", "component_event", "database_identity", "enrolment",
            "holiday", "household", "household_phone", "message_text", "payment", "payment_move", "payment_round",
        ),
        ADD: (
            "audit_entry", "campaign_change", "identification_try", "procrastinate_events", "procrastinate_jobs",
            "reference_try",
        ),
        CHANGE: (
            "callback_request", "daily_use", "gateway_session", "grievance", "grievance_event", "inbound_sms",
            "message", "payment_reply", "phone", "phone_claim", "screen_count", "sms_batch", "task_count",
            "ussd_journal",
        ),
        ALL: ("early_report",),
    },
    WORKER: {
        READ: ("agent", "alembic_version", "database_identity", "holiday", "prepared_answer"),
        ADD: ("audit_entry",),
        CHANGE: (*PLACES, "component", "grievance", "grievance_event", "household", "payment_round"),
        "SELECT, DELETE": ("desk_session",),
        ALL: (
            "callback_request", "callback_try", "campaign", "campaign_change", "campaign_rule_off", "component_event",
            "daily_use", "early_report", "enrolment", "gateway_session", "household_phone", "identification_try",
            "inbound_sms", "message", "message_text", "payment", "payment_move", "payment_reply", "phone",
            "phone_claim", "reference_try", "screen_count", "sms_batch", "sms_pace", "sms_worker", "task_count",
            "ussd_journal", *QUEUE,
        ),
    },
    SIGN_IN: {
        READ: PLACES,
        ADD: ("audit_entry",),
        CHANGE: ("agent", "agent_credential", "desk_session"),
    },
    DESK: {
        READ: (
            *PLACES, "agent", "component", "component_event", "database_identity", "enrolment", "gateway_session",
            "message_text", "payment", "payment_move", "payment_reply", "payment_round", "screen_count",
            "sms_worker", "task_count",
        ),
        "SELECT, UPDATE": ("phone_claim", "sms_pace"),
        ADD: (
            "audit_entry", "callback_try", "campaign_change", "grievance_event", "grievance_reading",
            "identification_try", "procrastinate_events", "procrastinate_jobs", "reference_try",
        ),
        CHANGE: (
            "callback_request", "campaign", "daily_use", "grievance", "household", "message", "phone", "sms_batch",
        ),
        ALL: ("campaign_rule_off", "holiday", "household_phone", "prepared_answer"),
    },
}  # fmt: skip
"""What each task does to each table; what is not named here it does not touch."""

SEARCHES = f"""
CREATE OR REPLACE FUNCTION households_named(words text, within text, most integer) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} SET enable_seqscan = off AS $$
DECLARE wanted tsquery := (SELECT to_tsquery('simple', string_agg(word || ':*', ' & '))
    FROM unnest(string_to_array(loose_words(words), ' ')) AS word WHERE word <> '');
BEGIN
    RETURN QUERY SELECT household.id FROM household
        WHERE search @@ wanted AND (within IS NULL OR commune_pcode = within) AND {SEEN["household"]} LIMIT most;
END $$;
CREATE OR REPLACE FUNCTION grievances_named(words text) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} SET plan_cache_mode = force_custom_plan AS $$
DECLARE wanted tsquery := (SELECT to_tsquery('simple', string_agg(word || ':*', ' & '))
    FROM unnest(string_to_array(loose_words(words), ' ')) AS word WHERE word <> '');
BEGIN
    RETURN QUERY SELECT grievance.id FROM grievance WHERE {SEEN["grievance"]} AND grievance.id IN (
        SELECT id FROM grievance WHERE name IS NOT NULL AND name_search(name) @@ wanted
        UNION SELECT grievance.id FROM household JOIN grievance ON grievance.household_id = household.id
        WHERE search @@ wanted);
END $$;
CREATE OR REPLACE FUNCTION messages_of(household integer, most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM household AS one WHERE one.id = messages_of.household AND {SEEN["household"]}) THEN
        RETURN;
    END IF;
    RETURN QUERY WITH own AS MATERIALIZED (
            SELECT id FROM message WHERE household_ids @> ARRAY[messages_of.household])
        SELECT id FROM own ORDER BY id DESC LIMIT most;
END $$;
CREATE OR REPLACE FUNCTION answer_came(phone text, since timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    RETURN claimed(2) IS NOT NULL AND (
        EXISTS (SELECT FROM callback_request WHERE msisdn = phone AND asked_at > since)
        OR EXISTS (SELECT FROM inbound_sms WHERE msisdn = phone AND at > since)
        OR EXISTS (SELECT FROM grievance WHERE msisdn = phone AND received_at > since
            AND (sensitivity <> 'sensitive' OR claimed(2) = 'focal')));
END $$;
ALTER FUNCTION audit_sealed() {SAFE_PATH};
ALTER FUNCTION audit_kept() {SAFE_PATH};
ALTER FUNCTION grievance_changed() {SAFE_PATH};
ALTER FUNCTION loose_words(text) {SAFE_PATH};
"""  # noqa: S608
"""What the owner looks up for the desk gives ids of what whoever asks may see, and of nothing else."""

MISSING = f"""Ask a superuser once: CREATE ROLE {LINE} NOLOGIN; CREATE ROLE {WORKER} NOLOGIN; \
CREATE ROLE {SIGN_IN} NOLOGIN; GRANT {LINE}, {WORKER}, {SIGN_IN} TO whoever runs jigi db upgrade."""

MAKE_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN RAISE '{missing}';
END $$;
DO $$
BEGIN
    GRANT {role} TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege THEN
    IF NOT pg_has_role('{role}', 'MEMBER') THEN RAISE '{missing}'; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {role};
"""

WHO_DID_ALL = f"""
DO $$
DECLARE who name;
BEGIN
    FOR who IN SELECT member.rolname FROM pg_auth_members
        JOIN pg_roles AS member ON member.oid = pg_auth_members.member
        JOIN pg_roles AS desk ON desk.oid = pg_auth_members.roleid AND desk.rolname = '{DESK}'
        WHERE has_table_privilege(member.oid, 'inbound_sms', 'INSERT')
            AND NOT pg_has_role(member.oid, '{LINE}', 'MEMBER')
    LOOP
        EXECUTE format('GRANT {LINE}, {WORKER}, {SIGN_IN} TO %I', who);
    END LOOP;
END $$;
"""  # noqa: S608
"""Who signed in for every task, without owning the tables, goes on to: it was granted them by hand."""


def upgrade() -> None:
    for role in NEW:
        op.execute(MAKE_ROLE.format(role=role, missing=MISSING))
    op.execute(CLAIMS)
    op.execute(SEARCHES)
    _grant()
    for table, seen in SEEN.items():
        op.execute(f"DROP POLICY IF EXISTS {table}_seen ON {table}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        written = WRITTEN.get(table, seen)
        op.execute(f"CREATE POLICY {table}_desk ON {table} TO {DESK} USING ({seen}) WITH CHECK ({written})")
    for table in UNSEEN:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table in (*SEEN, *UNSEEN):
        tasks = ", ".join(role for role in NEW if any(table in tables for tables in GRANTS[role].values()))
        if tasks:
            op.execute(f"CREATE POLICY {table}_tasks ON {table} TO {tasks} USING (true) WITH CHECK (true)")


def _grant() -> None:
    """What each task needs, and for the desk no more of the rest."""
    op.execute(
        f"""
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {DESK};
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {DESK};
        """
    )
    for role, granted in GRANTS.items():
        for privileges, tables in granted.items():
            op.execute(f"GRANT {privileges} ON {', '.join(tables)} TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}")
    op.execute(WHO_DID_ALL)


OLD: Mapping[str, str] = {**r0004_desk.POLICIES, "payment_reply": OF_A_PAYMENT, "phone_claim": OF_A_HOUSEHOLD}


def downgrade() -> None:
    for table in (*SEEN, *UNSEEN):
        op.execute(f"DROP POLICY IF EXISTS {table}_tasks ON {table}")
    for table in SEEN:
        op.execute(f"DROP POLICY {table}_desk ON {table}")
    for table in {*SEEN, *UNSEEN} - OLD.keys():
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table, seen in OLD.items():
        using = f"{r0004_desk.NOT_THE_DESK} OR ({seen})"
        written = "true" if table in r0004_desk.ANYBODY_WRITES else using
        op.execute(f"CREATE POLICY {table}_seen ON {table} USING ({using}) WITH CHECK ({written})")
    for role in NEW:
        op.execute(
            f"""
            ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {role};
            REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role};
            REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
            REVOKE ALL ON SCHEMA public FROM {role};
            """
        )
    for statements in (r0004_desk.QUICK_SEARCH, r0004_desk.ANSWER_CAME):
        op.execute(statements.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.execute(
        """
        DROP FUNCTION claimed(integer);
        DROP FUNCTION desk_claim(integer, text, text);
        DROP FUNCTION claim_seal(text);
        DROP FUNCTION new_claim_key();
        DROP TABLE claim_key;
        """
    )
    op.execute(r0004_desk.ROLE)
    for table in (*r0004_desk.ONLY_ADDED_TO, "payment_reply"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {DESK}")
    op.execute(f"REVOKE INSERT, DELETE ON phone_claim FROM {DESK}")
    for table in r0004_desk.NEVER_DELETED:
        op.execute(f"REVOKE DELETE ON {table} FROM {DESK}")
