"""The desk: who signs in, what each may see, the life of a case, and a trail that is only added to.

What an agent may see is held here, by row-level security: the desk reads and writes as the role `jigi_desk`, told in
the transaction who acts. Everybody else (the line, the notifier, imports) is not that role and sees as before.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WITHIN_SCOPE = """((SELECT coalesce(current_setting('jigi.scope', true), '')) = '' OR {column} IN (
    SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE current_setting('jigi.scope', true) IN (commune.pcode, cercle.pcode, cercle.region_pcode)))"""
SCOPE_IS = "(SELECT coalesce(current_setting('jigi.scope', true), ''))"
ROLE_IS = "(SELECT current_setting('jigi.role', true))"
NOT_THE_DESK = "(SELECT current_user <> 'jigi_desk')"
"""Who acts is asked in a subselect, once for a statement and not once for each row."""

POLICIES = {
    "grievance": f"""CASE sensitivity WHEN 'sensitive' THEN {ROLE_IS} = 'focal'
        ELSE {ROLE_IS} IN ('agent', 'supervisor') END AND {WITHIN_SCOPE.format(column="commune_pcode")}""",
    "grievance_event": "EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id)",
    "grievance_reading": f"""{ROLE_IS} = 'focal' OR {ROLE_IS} = 'supervisor'
        AND EXISTS (SELECT FROM agent WHERE agent.id = CAST(current_setting('jigi.agent_id', true) AS integer)
            AND agent.watches_focal)""",
    "household": f"""{ROLE_IS} IN ('agent', 'supervisor', 'focal') AND {WITHIN_SCOPE.format(column="commune_pcode")}""",
    "household_phone": "EXISTS (SELECT FROM household WHERE household.id = household_id)",
    "enrolment": "EXISTS (SELECT FROM household WHERE household.id = household_id)",
    "payment": "EXISTS (SELECT FROM household WHERE household.id = household_id)",
    "callback_request": f"""{ROLE_IS} IN ('agent', 'supervisor')
        AND ({SCOPE_IS} = ''
            OR EXISTS (SELECT FROM household WHERE household.id = household_id))""",
    "callback_try": "EXISTS (SELECT FROM callback_request WHERE callback_request.id = callback_request_id)",
    "message": f"""{ROLE_IS} IN ('agent', 'supervisor', 'focal')
        AND (coalesce(CAST(filling ->> 'discreet' AS boolean), false) IS FALSE OR {ROLE_IS} = 'focal')""",
    "audit_entry": f"{ROLE_IS} = 'administrator'",
}
ANYBODY_WRITES = ("audit_entry",)
ONLY_ADDED_TO = ("audit_entry", "grievance_event", "grievance_reading")
NEVER_DELETED = ("agent", "grievance", "household", "payment")

TABLES = """
ALTER TABLE agent DROP CONSTRAINT ck_agent_role;
ALTER TABLE agent ADD CONSTRAINT ck_agent_role CHECK (role IN ('agent', 'supervisor', 'focal', 'administrator'));
ALTER TABLE agent ADD COLUMN watches_focal boolean NOT NULL DEFAULT false;
CREATE TABLE agent_credential (
    agent_id integer NOT NULL,
    password_hash varchar NOT NULL,
    must_change boolean NOT NULL,
    totp_secret varchar,
    totp_confirmed_at timestamptz,
    totp_step bigint,
    failures integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    set_at timestamptz NOT NULL,
    CONSTRAINT pk_agent_credential PRIMARY KEY (agent_id),
    CONSTRAINT fk_agent_credential_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id) ON DELETE CASCADE
);
CREATE TABLE desk_session (
    token_hash varchar NOT NULL,
    agent_id integer NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    verified_at timestamptz,
    ended_at timestamptz,
    why_ended varchar(20),
    CONSTRAINT pk_desk_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_desk_session_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id) ON DELETE CASCADE
);
CREATE INDEX ix_desk_session_agent_id ON desk_session (agent_id) WHERE ended_at IS NULL;
CREATE TABLE audit_entry (
    id bigserial NOT NULL,
    at timestamptz NOT NULL,
    agent_id integer,
    act varchar(40) NOT NULL,
    about varchar,
    detail jsonb,
    before bytea NOT NULL,
    seal bytea NOT NULL,
    CONSTRAINT pk_audit_entry PRIMARY KEY (id),
    CONSTRAINT fk_audit_entry_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id)
);
CREATE INDEX ix_audit_entry_at ON audit_entry (at);
CREATE INDEX ix_audit_entry_about ON audit_entry (about);
CREATE TABLE grievance_reading (
    id bigserial NOT NULL,
    grievance_id integer NOT NULL,
    reference varchar NOT NULL,
    agent_id integer NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_grievance_reading PRIMARY KEY (id),
    CONSTRAINT fk_grievance_reading_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id) ON DELETE CASCADE,
    CONSTRAINT fk_grievance_reading_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id)
);
CREATE INDEX ix_grievance_reading_grievance_id ON grievance_reading (grievance_id, at);
CREATE INDEX ix_grievance_reading_at ON grievance_reading (at);
ALTER TABLE callback_request
    ADD COLUMN again_on date,
    ADD COLUMN taken_by integer,
    ADD COLUMN taken_until timestamptz,
    ADD CONSTRAINT fk_callback_request_taken_by FOREIGN KEY (taken_by) REFERENCES agent (id);
CREATE TABLE callback_try (
    id bigserial NOT NULL,
    callback_request_id integer NOT NULL,
    agent_id integer,
    at timestamptz NOT NULL,
    reached boolean NOT NULL,
    again_on date,
    note varchar,
    CONSTRAINT pk_callback_try PRIMARY KEY (id),
    CONSTRAINT fk_callback_try_callback_request_id FOREIGN KEY (callback_request_id) REFERENCES callback_request (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_callback_try_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id)
);
CREATE INDEX ix_callback_try_callback_request_id ON callback_try (callback_request_id);
CREATE TABLE prepared_answer (
    id serial NOT NULL,
    category varchar NOT NULL,
    title varchar NOT NULL,
    text_fr varchar NOT NULL,
    text_bm varchar NOT NULL,
    reviewed boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_prepared_answer PRIMARY KEY (id)
);
ALTER TABLE grievance
    ADD COLUMN name varchar,
    ADD COLUMN sex varchar(1),
    ADD COLUMN village varchar,
    ADD COLUMN filed_by integer,
    ADD COLUMN assigned_to integer,
    ADD COLUMN assigned_at timestamptz,
    ADD COLUMN touched_at timestamptz,
    ADD COLUMN waiting_since timestamptz,
    ADD COLUMN first_answered_at timestamptz,
    ADD COLUMN decided_by integer,
    ADD COLUMN escalated_at timestamptz,
    ADD COLUMN call_again_on date,
    ADD COLUMN next_due date GENERATED ALWAYS AS
        (CASE WHEN first_answered_at IS NULL THEN first_answer_due ELSE decision_due END) STORED,
    ADD COLUMN version integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_grievance_sex CHECK (sex IN ('F', 'M')),
    ADD CONSTRAINT fk_grievance_filed_by FOREIGN KEY (filed_by) REFERENCES agent (id),
    ADD CONSTRAINT fk_grievance_assigned_to FOREIGN KEY (assigned_to) REFERENCES agent (id),
    ADD CONSTRAINT fk_grievance_decided_by FOREIGN KEY (decided_by) REFERENCES agent (id);
CREATE INDEX ix_grievance_open ON grievance (decision_due, id)
    WHERE state NOT IN ('resolved', 'rejected', 'closed');
CREATE INDEX ix_grievance_assigned_to ON grievance (assigned_to)
    WHERE state NOT IN ('resolved', 'rejected', 'closed');
CREATE INDEX ix_grievance_next_due ON grievance (next_due)
    WHERE state NOT IN ('resolved', 'rejected', 'closed');
CREATE INDEX ix_grievance_received_at ON grievance (received_at);
ALTER TABLE grievance_event ADD COLUMN again_on date;
CREATE INDEX ix_callback_request_open ON callback_request (asked_at) WHERE state IN ('asked', 'agreed');
CREATE INDEX ix_callback_request_msisdn ON callback_request (msisdn);
CREATE INDEX ix_gateway_session_date ON gateway_session (date);
CREATE INDEX ix_message_household_ids ON message USING gin (household_ids);
"""

LOOSE_WORDS = r"""
CREATE FUNCTION loose_words(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE words text := lower(name);
BEGIN
    words := replace(replace(replace(replace(words, 'ɲ', 'ny'), 'ŋ', 'ng'), 'œ', 'oe'), 'æ', 'ae');
    words := translate(words, 'ɛεɔ', 'eeo');
    words := regexp_replace(normalize(words, NFD), '[-\s]+', ' ', 'g');
    words := regexp_replace(words, '[^a-z0-9 ]', '', 'g');
    words := regexp_replace(words, 'gn|n[iy](?=[aeou])', 'ny', 'g');
    words := regexp_replace(words, 'dj|d[iy](?=[aeou])', 'j', 'g');
    words := regexp_replace(words, 'tch|t[iy](?=[aeou])', 'c', 'g');
    words := regexp_replace(words, 'ch|sh', 's', 'g');
    words := regexp_replace(words, 'ph', 'f', 'g');
    words := regexp_replace(words, 'qu|kh|q', 'k', 'g');
    words := regexp_replace(words, 'c(?![eiy])', 'k', 'g');
    words := regexp_replace(words, 'c', 's', 'g');
    words := regexp_replace(words, 'h', '', 'g');
    words := regexp_replace(words, 'ou|w', 'u', 'g');
    words := regexp_replace(words, '([a-z0-9])\1+', '\1', 'g');
    RETURN btrim(words);
END $$;
CREATE FUNCTION name_search(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_tsvector('simple', public.loose_words(name)) $$;
ALTER TABLE household ADD COLUMN search tsvector GENERATED ALWAYS AS (name_search(head_name)) STORED;
CREATE INDEX ix_household_search ON household USING gin (search);
CREATE INDEX ix_grievance_name ON grievance USING gin (name_search(name)) WHERE name IS NOT NULL;
"""

QUICK_SEARCH = f"""
CREATE FUNCTION households_named(words text, within text, most integer) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET enable_seqscan = off AS $$
DECLARE wanted tsquery := (SELECT to_tsquery('simple', string_agg(word || ':*', ' & '))
    FROM unnest(string_to_array(loose_words(words), ' ')) AS word WHERE word <> '');
BEGIN
    RETURN QUERY SELECT household.id FROM household
        WHERE search @@ wanted AND (within IS NULL OR commune_pcode = within) AND {POLICIES["household"]} LIMIT most;
END $$;
CREATE FUNCTION grievances_named(words text) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_custom_plan AS $$
DECLARE wanted tsquery := (SELECT to_tsquery('simple', string_agg(word || ':*', ' & '))
    FROM unnest(string_to_array(loose_words(words), ' ')) AS word WHERE word <> '');
BEGIN
    RETURN QUERY SELECT id FROM grievance WHERE name IS NOT NULL AND name_search(name) @@ wanted
        UNION SELECT grievance.id FROM household JOIN grievance ON grievance.household_id = household.id
        WHERE search @@ wanted;
END $$;
CREATE FUNCTION messages_of(household integer, most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY WITH own AS MATERIALIZED (SELECT id FROM message WHERE household_ids @> ARRAY[household])
        SELECT id FROM own ORDER BY id DESC LIMIT most;
END $$;
"""  # noqa: S608
"""Row-level security keeps `@@` and `@>` from their indexes; who asks reads no more rows than they may all the same."""

ANSWER_CAME = """
CREATE FUNCTION answer_came(phone text, since timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM callback_request WHERE msisdn = phone AND asked_at > since)
        OR EXISTS (SELECT FROM inbound_sms WHERE msisdn = phone AND at > since)
        OR EXISTS (SELECT FROM grievance WHERE msisdn = phone AND received_at > since
            AND (sensitivity <> 'sensitive' OR current_setting('jigi.role', true) = 'focal'));
END $$;
"""
"""Whether somebody who was asked something called, wrote or filed anew; of a sensitive one only to a focal person."""

GUARDS = """
CREATE FUNCTION grievance_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_changed BEFORE UPDATE ON grievance FOR EACH ROW EXECUTE FUNCTION grievance_changed();

CREATE FUNCTION audit_sealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7551904);
    NEW.id := nextval('audit_entry_id_seq');
    NEW.before := coalesce((SELECT seal FROM audit_entry ORDER BY id DESC LIMIT 1), ''::bytea);
    NEW.seal := sha256(NEW.before || convert_to(concat_ws('|', NEW.id, extract(epoch FROM NEW.at), NEW.agent_id,
        NEW.act, NEW.about, NEW.detail), 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER audit_sealed BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_sealed();
CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only added to';
END $$;
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_kept();
"""

ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jigi_desk') THEN
        CREATE ROLE jigi_desk NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
    GRANT jigi_desk TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege THEN
    IF NOT pg_has_role('jigi_desk', 'MEMBER') THEN RAISE; END IF;  -- who made the role granted it
END $$;
GRANT USAGE ON SCHEMA public TO jigi_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO jigi_desk;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO jigi_desk;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jigi_desk;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO jigi_desk;
REVOKE ALL ON agent_credential, desk_session, alembic_version FROM jigi_desk;
REVOKE INSERT, UPDATE, DELETE ON agent, region, cercle, commune FROM jigi_desk;
"""


def upgrade() -> None:
    for statements in (TABLES, LOOSE_WORDS, QUICK_SEARCH, ANSWER_CAME, GUARDS, ROLE):
        op.execute(statements)
    for table in ONLY_ADDED_TO:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM jigi_desk")
    for table in NEVER_DELETED:
        op.execute(f"REVOKE DELETE ON {table} FROM jigi_desk")
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        written = "true" if table in ANYBODY_WRITES else f"{NOT_THE_DESK} OR ({seen})"
        op.execute(f"CREATE POLICY {table}_seen ON {table} USING ({NOT_THE_DESK} OR ({seen})) WITH CHECK ({written})")


def downgrade() -> None:
    for table in POLICIES:
        op.execute(f"DROP POLICY {table}_seen ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(
        """
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM jigi_desk;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM jigi_desk;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM jigi_desk;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM jigi_desk;
        REVOKE ALL ON SCHEMA public FROM jigi_desk;
        DROP FUNCTION messages_of(integer, integer);
        DROP FUNCTION grievances_named(text);
        DROP FUNCTION households_named(text, text, integer);
        DROP INDEX ix_grievance_name, ix_gateway_session_date;
        ALTER TABLE household DROP COLUMN search;
        DROP FUNCTION name_search(text);
        DROP FUNCTION loose_words(text);
        DROP TRIGGER grievance_changed ON grievance;
        DROP FUNCTION grievance_changed();
        DROP INDEX ix_message_household_ids, ix_callback_request_msisdn, ix_callback_request_open;
        DROP FUNCTION answer_came(text, timestamptz);
        ALTER TABLE grievance_event DROP COLUMN again_on;
        DROP INDEX ix_grievance_received_at, ix_grievance_next_due, ix_grievance_assigned_to, ix_grievance_open;
        ALTER TABLE grievance DROP COLUMN name, DROP COLUMN sex, DROP COLUMN village, DROP COLUMN filed_by,
            DROP COLUMN assigned_to, DROP COLUMN assigned_at, DROP COLUMN touched_at, DROP COLUMN waiting_since,
            DROP COLUMN next_due, DROP COLUMN first_answered_at, DROP COLUMN decided_by, DROP COLUMN escalated_at,
            DROP COLUMN call_again_on, DROP COLUMN version;
        ALTER TABLE callback_request DROP COLUMN again_on, DROP COLUMN taken_by, DROP COLUMN taken_until;
        DROP TABLE prepared_answer, callback_try, grievance_reading, audit_entry, desk_session, agent_credential;
        DROP FUNCTION audit_kept();
        DROP FUNCTION audit_sealed();
        ALTER TABLE agent DROP COLUMN watches_focal;
        DELETE FROM agent WHERE role = 'administrator';
        ALTER TABLE agent DROP CONSTRAINT ck_agent_role;
        ALTER TABLE agent ADD CONSTRAINT ck_agent_role CHECK (role IN ('agent', 'supervisor', 'focal'));
        """
    )
