"""Agents whom a provider of identities knows, and which of its sessions a session of the desk came of."""

from alembic import op

from core.schema.migrations.versions.r0017_roles import SIGN_IN

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE TABLE agent_identity (
    agent_id integer NOT NULL,
    issuer varchar NOT NULL,
    sub varchar NOT NULL,
    bound_at timestamptz NOT NULL,
    CONSTRAINT pk_agent_identity PRIMARY KEY (agent_id),
    CONSTRAINT fk_agent_identity_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_agent_identity_issuer_sub ON agent_identity (issuer, sub);
ALTER TABLE desk_session ADD COLUMN provider_sid varchar;
CREATE INDEX ix_desk_session_provider_sid ON desk_session (provider_sid);
ALTER TABLE agent_identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY agent_identity_tasks ON agent_identity TO {SIGN_IN} USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON agent_identity TO {SIGN_IN}
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("ALTER TABLE desk_session DROP COLUMN provider_sid; DROP TABLE agent_identity")
