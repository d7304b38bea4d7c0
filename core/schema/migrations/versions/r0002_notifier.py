"""Campaigns, the ledger of SMS, agreed call-backs, and the queue of jobs."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE campaign (
    id serial,
    kind varchar(20) NOT NULL,
    title varchar NOT NULL,
    round_id integer,
    subject jsonb NOT NULL,
    text_fr varchar,
    text_bm varchar,
    state varchar(20) NOT NULL,
    planned_by integer,
    approved_by integer,
    second_approved_by integer,
    needs_second boolean NOT NULL,
    recipients integer NOT NULL,
    parts integer NOT NULL,
    cost_xof integer,
    starts_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    why varchar,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_campaign PRIMARY KEY (id),
    CONSTRAINT ck_campaign_four_eyes CHECK (approved_by <> planned_by),
    CONSTRAINT ck_campaign_six_eyes CHECK (second_approved_by <> planned_by AND second_approved_by <> approved_by),
    CONSTRAINT ck_campaign_kind
        CHECK (kind IN ('announce', 'reminder3', 'reminder1', 'moved', 'cancelled', 'unclaimed', 'free')),
    CONSTRAINT fk_campaign_round_id FOREIGN KEY (round_id) REFERENCES payment_round (id),
    CONSTRAINT ck_campaign_state
        CHECK (state IN ('draft', 'planned', 'approved', 'scheduled', 'running', 'paused', 'finished', 'cancelled')),
    CONSTRAINT fk_campaign_planned_by FOREIGN KEY (planned_by) REFERENCES agent (id),
    CONSTRAINT fk_campaign_approved_by FOREIGN KEY (approved_by) REFERENCES agent (id),
    CONSTRAINT fk_campaign_second_approved_by FOREIGN KEY (second_approved_by) REFERENCES agent (id)
);
CREATE INDEX ix_campaign_round_id_kind ON campaign (round_id, kind);

CREATE TABLE campaign_change (
    id serial,
    campaign_id integer NOT NULL,
    at timestamptz NOT NULL,
    agent_id integer,
    from_state varchar(20),
    to_state varchar(20) NOT NULL,
    note varchar,
    CONSTRAINT pk_campaign_change PRIMARY KEY (id),
    CONSTRAINT fk_campaign_change_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaign (id) ON DELETE CASCADE,
    CONSTRAINT fk_campaign_change_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id),
    CONSTRAINT ck_campaign_change_from_state
        CHECK (from_state IN
            ('draft', 'planned', 'approved', 'scheduled', 'running', 'paused', 'finished', 'cancelled')),
    CONSTRAINT ck_campaign_change_to_state
        CHECK (to_state IN ('draft', 'planned', 'approved', 'scheduled', 'running', 'paused', 'finished', 'cancelled'))
);
CREATE INDEX ix_campaign_change_campaign_id ON campaign_change (campaign_id);

CREATE TABLE campaign_rule_off (
    round_id integer NOT NULL,
    kind varchar(20) NOT NULL,
    agent_id integer,
    at timestamptz NOT NULL,
    CONSTRAINT pk_campaign_rule_off PRIMARY KEY (round_id, kind),
    CONSTRAINT fk_campaign_rule_off_round_id FOREIGN KEY (round_id) REFERENCES payment_round (id) ON DELETE CASCADE,
    CONSTRAINT ck_campaign_rule_off_kind
        CHECK (kind IN ('announce', 'reminder3', 'reminder1', 'moved', 'cancelled', 'unclaimed', 'free')),
    CONSTRAINT fk_campaign_rule_off_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id)
);

CREATE TABLE message_text (
    id serial,
    campaign_id integer,
    language varchar(20) NOT NULL,
    content varchar NOT NULL,
    body varchar NOT NULL,
    parts smallint NOT NULL,
    size smallint NOT NULL,
    not_after timestamptz,
    CONSTRAINT pk_message_text PRIMARY KEY (id),
    CONSTRAINT fk_message_text_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaign (id) ON DELETE CASCADE,
    CONSTRAINT ck_message_text_language CHECK (language IN ('bm', 'fr'))
);
CREATE INDEX ix_message_text_campaign_id ON message_text (campaign_id);

CREATE TABLE sms_batch (
    id bigserial,
    campaign_id integer,
    text_id integer,
    operator varchar(20),
    priority smallint NOT NULL,
    prompt boolean NOT NULL,
    not_before timestamptz NOT NULL,
    not_after timestamptz,
    state varchar(20) NOT NULL,
    worker varchar,
    claimed_at timestamptz,
    left_at timestamptz,
    answered_at timestamptz,
    uncertain boolean NOT NULL,
    CONSTRAINT pk_sms_batch PRIMARY KEY (id),
    CONSTRAINT fk_sms_batch_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaign (id) ON DELETE CASCADE,
    CONSTRAINT fk_sms_batch_text_id FOREIGN KEY (text_id) REFERENCES message_text (id) ON DELETE CASCADE,
    CONSTRAINT ck_sms_batch_state CHECK (state IN ('ready', 'claimed', 'left', 'done', 'closed'))
);
CREATE INDEX ix_sms_batch_campaign_id ON sms_batch (campaign_id);
CREATE INDEX ix_sms_batch_done ON sms_batch (answered_at) WHERE state = 'done';
CREATE INDEX ix_sms_batch_out ON sms_batch (worker) WHERE state IN ('claimed', 'left');
CREATE INDEX ix_sms_batch_ready ON sms_batch (priority, id) WHERE state = 'ready';
CREATE INDEX ix_sms_batch_uncertain ON sms_batch (answered_at) WHERE uncertain;
CREATE INDEX ix_sms_batch_text_id ON sms_batch (text_id);

CREATE TABLE message (
    id bigserial,
    campaign_id integer,
    batch_id bigint,
    kind varchar(20) NOT NULL,
    key varchar,
    msisdn varchar,
    operator varchar(20),
    household_ids integer[] NOT NULL,
    told integer[],
    commune_pcode varchar,
    language varchar(20),
    filling jsonb,
    state varchar(20) NOT NULL,
    reason varchar,
    provider_id varchar,
    attempts smallint NOT NULL,
    was_uncertain boolean NOT NULL,
    cost numeric(12, 4),
    currency varchar(3),
    planned_at timestamptz DEFAULT now() NOT NULL,
    final_at timestamptz,
    CONSTRAINT pk_message PRIMARY KEY (id),
    CONSTRAINT fk_message_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaign (id) ON DELETE CASCADE,
    CONSTRAINT fk_message_batch_id FOREIGN KEY (batch_id) REFERENCES sms_batch (id) ON DELETE SET NULL,
    CONSTRAINT ck_message_language CHECK (language IN ('bm', 'fr')),
    CONSTRAINT ck_message_state
        CHECK (state IN ('left_out', 'planned', 'uncertain', 'accepted', 'on_its_way', 'silent', 'delivered', 'failed',
            'dropped'))
) WITH (fillfactor = 80);
CREATE INDEX ix_message_batch_id ON message (batch_id);
CREATE INDEX ix_message_campaign_id ON message (campaign_id);
CREATE INDEX ix_message_provider_id ON message (provider_id) WHERE provider_id IS NOT NULL;
CREATE UNIQUE INDEX uq_message_key ON message (key) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX uq_message_msisdn_campaign_id ON message (msisdn, campaign_id);

CREATE TABLE early_report (
    provider_id varchar NOT NULL,
    msisdn varchar NOT NULL,
    state varchar(20) NOT NULL,
    reason varchar,
    received_at timestamptz NOT NULL,
    CONSTRAINT pk_early_report PRIMARY KEY (provider_id),
    CONSTRAINT ck_early_report_state
        CHECK (state IN ('left_out', 'planned', 'uncertain', 'accepted', 'on_its_way', 'silent', 'delivered', 'failed',
            'dropped'))
);
CREATE INDEX ix_early_report_msisdn ON early_report (msisdn);
CREATE INDEX ix_early_report_received_at ON early_report (received_at);

CREATE TABLE inbound_sms (
    gateway_id varchar NOT NULL,
    msisdn varchar NOT NULL,
    intent varchar(20) NOT NULL,
    at timestamptz NOT NULL,
    answered boolean NOT NULL,
    CONSTRAINT pk_inbound_sms PRIMARY KEY (gateway_id)
);
CREATE INDEX ix_inbound_sms_msisdn_at ON inbound_sms (msisdn, at);

CREATE TABLE sms_worker (
    name varchar NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT pk_sms_worker PRIMARY KEY (name)
);

CREATE TABLE sms_pace (
    name varchar(20) NOT NULL,
    next_free timestamptz NOT NULL,
    hold_until timestamptz,
    why varchar,
    CONSTRAINT pk_sms_pace PRIMARY KEY (name)
);

CREATE INDEX ix_payment_round_id_due_date ON payment (round_id, due_date);

ALTER TABLE callback_request ADD COLUMN agreed_on date, ADD COLUMN agreed_period varchar(20);
ALTER TABLE callback_request DROP CONSTRAINT ck_callback_request_state;
ALTER TABLE callback_request
    ADD CONSTRAINT ck_callback_request_state CHECK (state IN ('asked', 'agreed', 'called', 'unreachable')),
    ADD CONSTRAINT ck_callback_request_agreed_period CHECK (agreed_period IN ('morning', 'noon', 'afternoon'));
"""

NO_TABLES = """
DROP INDEX ix_payment_round_id_due_date;
ALTER TABLE callback_request
    DROP CONSTRAINT ck_callback_request_agreed_period, DROP CONSTRAINT ck_callback_request_state;
UPDATE callback_request SET state = 'asked' WHERE state = 'agreed';
ALTER TABLE callback_request
    DROP COLUMN agreed_on, DROP COLUMN agreed_period,
    ADD CONSTRAINT ck_callback_request_state CHECK (state IN ('asked', 'called', 'unreachable'));
DROP TABLE sms_pace, sms_worker, inbound_sms, early_report, message, sms_batch, message_text, campaign_rule_off,
    campaign_change, campaign;
"""

NO_QUEUE = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%' LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', one.tablename);
    END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate%' LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP
        EXECUTE format('DROP TYPE %I CASCADE', one.typname);
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(TABLES)
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(NO_QUEUE.replace("%", "%%"))
    op.get_bind().exec_driver_sql(NO_TABLES)
