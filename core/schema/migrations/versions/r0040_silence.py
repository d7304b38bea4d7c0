"""A grievance that waited for a person who said nothing was closed undecided, on this day.

What was sent of one that is confided, and the corrections made in it, lose what they say of it, by the line's sign-in.
What came of the checks of who asks is read from the trail by who made them.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, LINE, SAFE_PATH

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

LAPSED = "ALTER TABLE grievance ADD COLUMN lapsed_at timestamptz"
HUSHED = f"""
GRANT UPDATE (content, body) ON message_text TO {LINE};
CREATE POLICY correction_line ON correction TO {LINE} USING (true) WITH CHECK (true);
GRANT SELECT (id, reason), UPDATE (reason) ON correction TO {LINE}
"""
UNHUSHED = f"""
REVOKE UPDATE (content, body) ON message_text FROM {LINE};
DROP POLICY correction_line ON correction;
REVOKE SELECT (id, reason), UPDATE (reason) ON correction FROM {LINE}
"""  # noqa: S608 - our own words
CHECKS = f"""
CREATE FUNCTION identity_checks(house text, since timestamptz) RETURNS TABLE (result text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    RETURN QUERY SELECT detail ->> 'result' FROM audit_entry WHERE about = house AND act = 'identity checked'
        AND agent_id = CAST(claimed(1) AS integer) AND at > since ORDER BY id DESC;
END $$;
REVOKE ALL ON FUNCTION identity_checks(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_checks(text, timestamptz) TO {DESK}
"""  # noqa: S608
"""Of the trail, whoever acts is told what came of their own checks, and nothing else."""


def upgrade() -> None:
    op.execute(LAPSED)
    op.execute(HUSHED)
    op.execute(CHECKS)


def downgrade() -> None:
    op.execute("DROP FUNCTION identity_checks(text, timestamptz)")
    op.execute(UNHUSHED)
    op.execute("ALTER TABLE grievance DROP COLUMN lapsed_at")
