"""Who gets in: tries by login and source, codes for a lost telephone; and a trail without gaps that says from where.

Supervisors see the acts of those who work for their places, but for focal persons and administrators.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, ROLE_IS, SAFE_PATH, SCOPE_IS, SIGN_IN, WORKER

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = f"""
ALTER TABLE desk_session ADD COLUMN source varchar;
ALTER TABLE audit_entry ADD COLUMN source varchar;
CREATE TABLE sign_in_try (
    id bigserial NOT NULL,
    login_hash varchar NOT NULL,
    source varchar NOT NULL,
    at timestamptz NOT NULL,
    ok boolean NOT NULL,
    CONSTRAINT pk_sign_in_try PRIMARY KEY (id)
);
CREATE INDEX ix_sign_in_try_login_hash_at ON sign_in_try (login_hash, at);
CREATE INDEX ix_sign_in_try_source_at ON sign_in_try (source, at);
CREATE INDEX ix_sign_in_try_at ON sign_in_try (at);
CREATE TABLE recovery_code (
    agent_id integer NOT NULL,
    code_hash varchar NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_recovery_code PRIMARY KEY (agent_id, code_hash),
    CONSTRAINT fk_recovery_code_agent_id FOREIGN KEY (agent_id) REFERENCES agent (id) ON DELETE CASCADE
);
ALTER TABLE sign_in_try ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in_try_tasks ON sign_in_try TO {SIGN_IN}, {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY recovery_code_tasks ON recovery_code TO {SIGN_IN} USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_try, recovery_code TO {SIGN_IN};
GRANT SELECT, DELETE ON sign_in_try TO {WORKER};
GRANT USAGE ON SEQUENCE sign_in_try_id_seq TO {SIGN_IN}
"""

SEALED = f"""
CREATE OR REPLACE FUNCTION audit_sealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE last audit_entry;
BEGIN
    PERFORM pg_advisory_xact_lock(7551904);
    SELECT * INTO last FROM audit_entry ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.before := coalesce(last.seal, ''::bytea);
    NEW.seal := sha256(NEW.before || convert_to(concat_ws('|', NEW.id, extract(epoch FROM NEW.at), NEW.agent_id,
        NEW.act, NEW.about, NEW.detail, NEW.source), 'UTF8'));
    RETURN NEW;
END $$
"""  # noqa: S608 - our own words
"""The number follows the last one's, while nobody else adds: what is undone leaves no gap, and a gap is a theft."""

TEAM = f"""agent_id IN (SELECT member.id FROM agent AS member WHERE member.role IN ('agent', 'supervisor')
    AND ({SCOPE_IS} = '' OR member.scope_code = {SCOPE_IS}
        OR member.scope_code IN (SELECT pcode FROM cercle WHERE region_pcode = {SCOPE_IS})
        OR member.scope_code IN (SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = cercle_pcode
            WHERE {SCOPE_IS} IN (cercle.pcode, region_pcode))))"""  # noqa: S608 - our own words


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SEALED)
    op.execute(
        f"ALTER POLICY audit_entry_desk ON audit_entry TO {DESK} "
        f"USING ({ROLE_IS} = 'administrator' OR {ROLE_IS} = 'supervisor' AND {TEAM})"
    )


def downgrade() -> None:
    op.execute(f"ALTER POLICY audit_entry_desk ON audit_entry TO {DESK} USING ({ROLE_IS} = 'administrator')")
    op.execute(SEALED.replace(", NEW.source", "").replace("coalesce(last.id, 0) + 1", "nextval('audit_entry_id_seq')"))
    op.execute(
        """
        ALTER TABLE audit_entry DROP COLUMN source;
        ALTER TABLE desk_session DROP COLUMN source;
        DROP TABLE recovery_code, sign_in_try
        """
    )
