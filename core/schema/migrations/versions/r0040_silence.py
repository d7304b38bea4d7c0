"""A grievance that waited for a person who said nothing was closed undecided, on this day.

What was sent of one that is confided, and the corrections made in it, lose what they say of it, by the line's sign-in.
What came of the checks of who asks is read from the trail by who made them; the trail is searched by both numbers.
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

NAMES = f"""
CREATE FUNCTION trail_names(wanted text) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    RETURN QUERY SELECT 'household ' || household_no FROM household WHERE claimed(2) IN ('administrator', 'supervisor')
        AND CASE WHEN programme_key IS NULL THEN household_no ELSE programme_key END = wanted;
END $$;
REVOKE ALL ON FUNCTION trail_names(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trail_names(text) TO {DESK}
"""  # noqa: S608
"""Whoever reads the trail finds a household by the programme's number too, and learns nothing else of it."""


def upgrade() -> None:
    op.execute(LAPSED)
    op.execute(HUSHED)
    op.execute(CHECKS)
    op.execute(NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION trail_names(text)")
    op.execute("DROP FUNCTION identity_checks(text, timestamptz)")
    op.execute(UNHUSHED)
    op.execute("ALTER TABLE grievance DROP COLUMN lapsed_at")
