"""The first tables."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE region (
    pcode varchar NOT NULL,
    name varchar NOT NULL,
    CONSTRAINT pk_region PRIMARY KEY (pcode)
);

CREATE TABLE cercle (
    pcode varchar NOT NULL,
    region_pcode varchar NOT NULL,
    name varchar NOT NULL,
    CONSTRAINT pk_cercle PRIMARY KEY (pcode),
    CONSTRAINT fk_cercle_region_pcode FOREIGN KEY (region_pcode) REFERENCES region (pcode)
);
CREATE INDEX ix_cercle_region_pcode ON cercle (region_pcode);

CREATE TABLE commune (
    pcode varchar NOT NULL,
    cercle_pcode varchar NOT NULL,
    name varchar NOT NULL,
    search varchar NOT NULL,
    CONSTRAINT pk_commune PRIMARY KEY (pcode),
    CONSTRAINT fk_commune_cercle_pcode FOREIGN KEY (cercle_pcode) REFERENCES cercle (pcode)
);
CREATE INDEX ix_commune_cercle_pcode ON commune (cercle_pcode);

CREATE TABLE component (
    code varchar NOT NULL,
    name varchar NOT NULL,
    amount_xof integer,
    times integer,
    CONSTRAINT pk_component PRIMARY KEY (code)
);

CREATE TABLE component_event (
    id serial,
    component varchar NOT NULL,
    commune_pcode varchar NOT NULL,
    village varchar,
    date date NOT NULL,
    time time,
    place varchar NOT NULL,
    what_fr varchar NOT NULL,
    what_bm varchar NOT NULL,
    CONSTRAINT pk_component_event PRIMARY KEY (id),
    CONSTRAINT uq_component_event_occasion UNIQUE NULLS NOT DISTINCT (component, commune_pcode, village, date, time),
    CONSTRAINT fk_component_event_component FOREIGN KEY (component) REFERENCES component (code),
    CONSTRAINT fk_component_event_commune_pcode FOREIGN KEY (commune_pcode) REFERENCES commune (pcode)
);

CREATE TABLE household (
    id serial,
    household_no varchar NOT NULL,
    head_name varchar NOT NULL,
    birth_year integer,
    commune_pcode varchar NOT NULL,
    village varchar,
    language varchar(20),
    status varchar(20) NOT NULL,
    status_reason varchar,
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_household PRIMARY KEY (id),
    CONSTRAINT uq_household_household_no UNIQUE (household_no),
    CONSTRAINT fk_household_commune_pcode FOREIGN KEY (commune_pcode) REFERENCES commune (pcode),
    CONSTRAINT ck_household_language CHECK (language IN ('bm', 'fr')),
    CONSTRAINT ck_household_status
        CHECK (status IN ('beneficiary', 'eligible', 'waiting', 'not_eligible', 'suspended', 'exited'))
);
CREATE INDEX ix_household_commune_pcode ON household (commune_pcode);

CREATE TABLE household_phone (
    household_id integer NOT NULL,
    position integer NOT NULL,
    msisdn varchar NOT NULL,
    CONSTRAINT pk_household_phone PRIMARY KEY (household_id, position),
    CONSTRAINT fk_household_phone_household_id FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE CASCADE,
    CONSTRAINT ck_household_phone_position CHECK (position IN (1, 2))
);
CREATE INDEX ix_household_phone_msisdn ON household_phone (msisdn);

CREATE TABLE enrolment (
    household_id integer NOT NULL,
    component varchar NOT NULL,
    since date,
    ended date,
    CONSTRAINT pk_enrolment PRIMARY KEY (household_id, component),
    CONSTRAINT fk_enrolment_household_id FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE CASCADE,
    CONSTRAINT fk_enrolment_component FOREIGN KEY (component) REFERENCES component (code)
);

CREATE TABLE payment_round (
    id serial,
    component varchar NOT NULL,
    name varchar NOT NULL,
    CONSTRAINT pk_payment_round PRIMARY KEY (id),
    CONSTRAINT uq_payment_round_component_name UNIQUE (component, name),
    CONSTRAINT fk_payment_round_component FOREIGN KEY (component) REFERENCES component (code)
);

CREATE TABLE payment (
    id serial,
    household_id integer NOT NULL,
    round_id integer NOT NULL,
    due_date date,
    last_day date,
    place varchar,
    agency varchar,
    amount_xof integer NOT NULL,
    state varchar(20) NOT NULL,
    paid_on date,
    reason varchar,
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment PRIMARY KEY (id),
    CONSTRAINT uq_payment_household_id_round_id UNIQUE (household_id, round_id),
    CONSTRAINT fk_payment_household_id FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE CASCADE,
    CONSTRAINT fk_payment_round_id FOREIGN KEY (round_id) REFERENCES payment_round (id),
    CONSTRAINT ck_payment_amount CHECK (amount_xof >= 0),
    CONSTRAINT ck_payment_state
        CHECK (state IN ('planned', 'announced', 'paid', 'unclaimed', 'failed', 'cancelled'))
);
CREATE INDEX ix_payment_coming ON payment (household_id, due_date) WHERE state IN ('planned', 'announced');

CREATE TABLE payment_move (
    payment_id integer NOT NULL,
    moved_at timestamptz NOT NULL,
    old_day date NOT NULL,
    new_day date,
    CONSTRAINT pk_payment_move PRIMARY KEY (payment_id, moved_at),
    CONSTRAINT fk_payment_move_payment_id FOREIGN KEY (payment_id) REFERENCES payment (id) ON DELETE CASCADE
);

CREATE TABLE phone (
    msisdn varchar NOT NULL,
    language varchar(20),
    sms_stopped_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_phone PRIMARY KEY (msisdn),
    CONSTRAINT ck_phone_language CHECK (language IN ('bm', 'fr'))
);

CREATE TABLE holiday (
    day date NOT NULL,
    name varchar NOT NULL,
    CONSTRAINT pk_holiday PRIMARY KEY (day)
);

CREATE TABLE agent (
    id serial,
    login varchar NOT NULL,
    name varchar NOT NULL,
    role varchar(20) NOT NULL,
    scope_kind varchar(20) NOT NULL,
    scope_code varchar,
    disabled_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_agent PRIMARY KEY (id),
    CONSTRAINT uq_agent_login UNIQUE (login),
    CONSTRAINT ck_agent_role CHECK (role IN ('agent', 'supervisor', 'focal')),
    CONSTRAINT ck_agent_scope_kind CHECK (scope_kind IN ('commune', 'cercle', 'region', 'national'))
);

CREATE TABLE grievance (
    id serial,
    reference varchar NOT NULL,
    filing_key varchar NOT NULL,
    channel varchar NOT NULL,
    category varchar NOT NULL,
    subcategory varchar NOT NULL,
    sensitivity varchar(20) NOT NULL,
    words varchar,
    msisdn varchar,
    household_id integer,
    commune_pcode varchar,
    anonymous boolean NOT NULL,
    beneficiary boolean NOT NULL,
    language varchar(20) NOT NULL,
    call_back boolean NOT NULL,
    call_safe boolean,
    sms_safe boolean,
    state varchar(20) NOT NULL,
    level varchar(20) NOT NULL,
    first_answer_due date NOT NULL,
    decision_due date NOT NULL,
    answer varchar,
    received_at timestamptz NOT NULL,
    decided_at timestamptz,
    reopened_at timestamptz,
    reopen_count integer NOT NULL,
    reopen_key varchar,
    CONSTRAINT pk_grievance PRIMARY KEY (id),
    CONSTRAINT uq_grievance_reference UNIQUE (reference),
    CONSTRAINT uq_grievance_filing_key UNIQUE (filing_key),
    CONSTRAINT uq_grievance_reopen_key UNIQUE (reopen_key),
    CONSTRAINT fk_grievance_household_id FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE SET NULL,
    CONSTRAINT fk_grievance_commune_pcode FOREIGN KEY (commune_pcode) REFERENCES commune (pcode),
    CONSTRAINT ck_grievance_sensitivity CHECK (sensitivity IN ('ordinary', 'special', 'sensitive')),
    CONSTRAINT ck_grievance_language CHECK (language IN ('bm', 'fr')),
    CONSTRAINT ck_grievance_state
        CHECK (state IN ('received', 'assigned', 'in_progress', 'waiting', 'resolved', 'rejected', 'closed')),
    CONSTRAINT ck_grievance_level CHECK (level IN ('village', 'commune', 'cercle', 'region', 'national'))
);
CREATE INDEX ix_grievance_household_id ON grievance (household_id);
CREATE INDEX ix_grievance_msisdn_received_at ON grievance (msisdn, received_at DESC);

CREATE TABLE grievance_event (
    id serial,
    grievance_id integer NOT NULL,
    at timestamptz NOT NULL,
    kind varchar NOT NULL,
    from_state varchar(20),
    to_state varchar(20) NOT NULL,
    agent_id integer,
    note varchar,
    told boolean NOT NULL,
    CONSTRAINT pk_grievance_event PRIMARY KEY (id),
    CONSTRAINT fk_grievance_event_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id) ON DELETE CASCADE,
    CONSTRAINT fk_grievance_event_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id),
    CONSTRAINT ck_grievance_event_from_state
        CHECK (from_state IN ('received', 'assigned', 'in_progress', 'waiting', 'resolved', 'rejected', 'closed')),
    CONSTRAINT ck_grievance_event_to_state
        CHECK (to_state IN ('received', 'assigned', 'in_progress', 'waiting', 'resolved', 'rejected', 'closed'))
);
CREATE INDEX ix_grievance_event_grievance_id ON grievance_event (grievance_id);

CREATE TABLE identification_try (
    id serial,
    msisdn varchar NOT NULL,
    household_no varchar NOT NULL,
    at timestamptz NOT NULL,
    ok boolean NOT NULL,
    CONSTRAINT pk_identification_try PRIMARY KEY (id)
);
CREATE INDEX ix_identification_try_household_no_at ON identification_try (household_no, at);
CREATE INDEX ix_identification_try_msisdn_at ON identification_try (msisdn, at);

CREATE TABLE callback_request (
    id serial,
    key varchar NOT NULL,
    msisdn varchar NOT NULL,
    language varchar(20) NOT NULL,
    household_id integer,
    asked_at timestamptz NOT NULL,
    state varchar(20) NOT NULL,
    CONSTRAINT pk_callback_request PRIMARY KEY (id),
    CONSTRAINT uq_callback_request_key UNIQUE (key),
    CONSTRAINT fk_callback_request_household_id
        FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE SET NULL,
    CONSTRAINT ck_callback_request_language CHECK (language IN ('bm', 'fr')),
    CONSTRAINT ck_callback_request_state CHECK (state IN ('asked', 'called', 'unreachable'))
);
CREATE INDEX ix_callback_request_household_id ON callback_request (household_id);

CREATE TABLE gateway_session (
    session_id varchar NOT NULL,
    date timestamptz DEFAULT now() NOT NULL,
    network varchar,
    status varchar NOT NULL,
    duration_ms integer,
    hops integer,
    cost varchar,
    error varchar,
    CONSTRAINT pk_gateway_session PRIMARY KEY (session_id)
);

CREATE TABLE ussd_journal (
    key varchar NOT NULL,
    session_id varchar NOT NULL,
    position integer NOT NULL,
    state jsonb,
    at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_ussd_journal PRIMARY KEY (key)
);
CREATE INDEX ix_ussd_journal_session_id_position ON ussd_journal (session_id, position);
"""

COMPONENTS = """
INSERT INTO component (code, name, amount_xof, times) VALUES
('TM', 'Transferts monétaires', 30000, NULL),
('MA', 'Mesures d''accompagnement', NULL, NULL),
('PNP', 'Paquet nutritionnel préventif', NULL, NULL),
('HIMO', 'Travaux à haute intensité de main d''œuvre', NULL, NULL),
('AGR', 'Activités génératrices de revenus', 180000, 1),
('PNR', 'Transfert monétaire d''urgence', 30000, 2),
('ANAM', 'Gratuité des soins', NULL, NULL),
('CASH+', 'Kit d''élevage ou de maraîchage', NULL, NULL)
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(COMPONENTS)


def downgrade() -> None:
    op.execute(
        "DROP TABLE ussd_journal, gateway_session, callback_request, identification_try, grievance_event, grievance, "
        "agent, holiday, phone, payment_move, payment, payment_round, enrolment, household_phone, household, "
        "component_event, component, commune, cercle, region"
    )
