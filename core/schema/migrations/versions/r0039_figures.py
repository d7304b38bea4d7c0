"""Numbers of sensitive complaints in fives, what was reported by mail, and settings that a programme changes itself.

None of it says anything of a person. `sensitive_totals` runs as the owner, because nobody but focal persons sees what
it counts; who asks is a supervisor of the whole country with a claim, or whoever may act as the owner of the tables.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, LINE, SAFE_PATH, WORKER

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TOTALS = f"""
CREATE FUNCTION sensitive_totals() RETURNS TABLE (quarter date, at_least integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF NOT (current_setting('role') = 'none' AND pg_has_role(session_user, current_user, 'MEMBER'))
        AND (claimed(2), claimed(3)) IS DISTINCT FROM ('supervisor', '') THEN
        RAISE insufficient_privilege USING MESSAGE = 'these numbers are for supervisors of the whole country';
    END IF;
    RETURN QUERY SELECT CAST(months.first AS date),
        (SELECT CASE WHEN count(*) >= 5 THEN CAST(count(*) / 5 * 5 AS integer) END FROM grievance
            WHERE sensitivity = 'sensitive' AND received_at >= months.first
                AND received_at < months.first + interval '3 months')
        FROM generate_series(date_trunc('quarter', now()) - interval '24 months',
            date_trunc('quarter', now()) - interval '3 months', interval '3 months') AS months (first);
END $$;
REVOKE ALL ON FUNCTION sensitive_totals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sensitive_totals() TO {DESK};
"""  # noqa: S608 - our own words

TABLES = f"""
CREATE INDEX ix_payment_reply_grievance_id ON payment_reply (grievance_id) WHERE grievance_id IS NOT NULL;
CREATE TABLE report_mail (
    span varchar NOT NULL,
    period date NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_report_mail PRIMARY KEY (span, period)
);
CREATE TABLE programme_setting (
    id serial NOT NULL,
    name varchar NOT NULL,
    value varchar NOT NULL,
    state varchar(20) NOT NULL,
    proposed_by integer NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by integer,
    decided_at timestamptz,
    CONSTRAINT pk_programme_setting PRIMARY KEY (id),
    CONSTRAINT fk_programme_setting_proposed_by FOREIGN KEY (proposed_by) REFERENCES agent (id),
    CONSTRAINT fk_programme_setting_decided_by FOREIGN KEY (decided_by) REFERENCES agent (id),
    CONSTRAINT ck_programme_setting_state CHECK (state IN ('proposed', 'in_force', 'past', 'dismissed')),
    CONSTRAINT ck_programme_setting_four_eyes CHECK (name NOT IN ('contact_phones', 'contact_address', 'contact_hours')
        OR state <> 'in_force' OR (decided_by IS NOT NULL AND decided_by <> proposed_by))
);
CREATE UNIQUE INDEX uq_programme_setting_in_force ON programme_setting (name) WHERE state = 'in_force';
CREATE UNIQUE INDEX uq_programme_setting_proposed ON programme_setting (name) WHERE state = 'proposed';
GRANT SELECT, INSERT ON report_mail TO {WORKER};
GRANT SELECT, INSERT, UPDATE ON programme_setting TO {DESK};
GRANT SELECT ON programme_setting TO {LINE}, {WORKER};
GRANT USAGE ON SEQUENCE programme_setting_id_seq TO {DESK}
"""


def upgrade() -> None:
    op.execute(TOTALS)
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE programme_setting, report_mail")
    op.execute("DROP INDEX ix_payment_reply_grievance_id")
    op.execute("DROP FUNCTION sensitive_totals()")
