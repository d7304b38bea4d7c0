"""Whom a focal person sends to whom, that they were told of a case, who is absent, and which SMS tells of which step.

What is kept of a referral names nobody: the case it is of, the service, that the person agreed, and what came of it.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, LINE, ROLE_IS, WORKER

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

FOCAL = f"{ROLE_IS} = 'focal'"

TABLES = f"""
ALTER TABLE agent ADD COLUMN absent_until date;
ALTER TABLE agent ADD COLUMN alert_phone varchar;
ALTER TABLE agent ADD COLUMN alert_mail varchar;
CREATE TABLE referral_service (
    id serial NOT NULL,
    kind varchar NOT NULL,
    name varchar NOT NULL,
    place varchar NOT NULL,
    phone varchar,
    closed_at timestamptz,
    CONSTRAINT pk_referral_service PRIMARY KEY (id)
);
CREATE TABLE referral (
    id serial NOT NULL,
    grievance_id integer NOT NULL,
    service_id integer NOT NULL,
    made_on date NOT NULL,
    made_by integer NOT NULL,
    outcome varchar,
    outcome_on date,
    CONSTRAINT pk_referral PRIMARY KEY (id),
    CONSTRAINT fk_referral_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id) ON DELETE CASCADE,
    CONSTRAINT fk_referral_service_id FOREIGN KEY (service_id) REFERENCES referral_service (id),
    CONSTRAINT fk_referral_made_by FOREIGN KEY (made_by) REFERENCES agent (id)
);
CREATE INDEX ix_referral_grievance_id ON referral (grievance_id);
CREATE TABLE focal_alert (
    grievance_id integer NOT NULL,
    agent_id integer NOT NULL,
    kind varchar NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_focal_alert PRIMARY KEY (grievance_id, agent_id, kind),
    CONSTRAINT fk_focal_alert_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id) ON DELETE CASCADE,
    CONSTRAINT fk_focal_alert_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id) ON DELETE CASCADE
);
ALTER TABLE referral_service ENABLE ROW LEVEL SECURITY;
ALTER TABLE referral ENABLE ROW LEVEL SECURITY;
ALTER TABLE focal_alert ENABLE ROW LEVEL SECURITY;
CREATE POLICY referral_service_desk ON referral_service TO {DESK} USING ({FOCAL}) WITH CHECK ({FOCAL});
CREATE POLICY referral_desk ON referral TO {DESK}
    USING ({FOCAL} AND EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id))
    WITH CHECK ({FOCAL} AND EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id));
CREATE POLICY focal_alert_tasks ON focal_alert TO {WORKER} USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON referral_service, referral TO {DESK};
GRANT SELECT, INSERT, DELETE ON focal_alert TO {WORKER};
GRANT USAGE ON SEQUENCE referral_service_id_seq, referral_id_seq TO {DESK};
GRANT SELECT (id, name, role, scope_kind, scope_code, disabled_at, absent_until) ON agent TO {LINE}
"""  # noqa: S608 - our own words

STEPS = f"""
ALTER TABLE grievance_event ADD COLUMN message_id bigint;
ALTER TABLE grievance_event ADD CONSTRAINT fk_grievance_event_message_id FOREIGN KEY (message_id)
    REFERENCES message (id) ON DELETE SET NULL;
UPDATE grievance_event SET message_id = message.id FROM message, grievance
WHERE grievance.id = grievance_event.grievance_id AND message.key IN (
    grievance_event.kind || ' ' || grievance.reference,
    grievance_event.kind || ' ' || grievance.reference || ' ' || grievance_event.id);
CREATE INDEX ix_grievance_event_message_id ON grievance_event (message_id) WHERE message_id IS NOT NULL;
GRANT UPDATE (message_id) ON grievance_event TO {DESK}
"""  # noqa: S608


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(STEPS)


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE (message_id) ON grievance_event FROM {DESK}")
    op.execute("ALTER TABLE grievance_event DROP COLUMN message_id")
    op.execute(f"REVOKE SELECT (role, scope_kind, scope_code, disabled_at) ON agent FROM {LINE}")  # noqa: S608
    op.execute("DROP TABLE focal_alert, referral, referral_service")
    op.execute("ALTER TABLE agent DROP COLUMN absent_until, DROP COLUMN alert_phone, DROP COLUMN alert_mail")
