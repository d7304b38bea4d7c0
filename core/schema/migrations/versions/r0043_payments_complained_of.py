"""The payments that complaints are about, all of a period at once; who is to be called is found by an index.

Figures by agency and round asked for the payment of each complaint by itself, and row security asked for the household
of each payment. The owner looks them up together, and gives those of complaints and households that whoever asks sees.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, SAFE_PATH

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

INDEXES = """
CREATE INDEX ix_payment_household_id_due_date ON payment (household_id, due_date DESC, id DESC)
    INCLUDE (agency, round_id, state);
CREATE INDEX ix_grievance_sensitive ON grievance (received_at) WHERE sensitivity = 'sensitive';
CREATE INDEX ix_grievance_call_again_on ON grievance (call_again_on) WHERE call_again_on IS NOT NULL
"""

FUNCTION = f"""
CREATE FUNCTION payments_complained_of(since timestamptz, until timestamptz)
    RETURNS TABLE (grievance_id integer, agency text, round_id integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10000 {SAFE_PATH} SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    who text := claimed(2);
    within text := claimed(3);
    places text[] := ARRAY(SELECT CAST(commune.pcode AS text)
        FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
        WHERE within IN (commune.pcode, cercle.pcode, cercle.region_pcode));
BEGIN
    RETURN QUERY SELECT grievance.id, CAST(paid.agency AS text), paid.round_id
    FROM grievance
    LEFT JOIN LATERAL (
        SELECT payment.id FROM payment_reply JOIN payment ON payment.id = payment_reply.payment_id
        JOIN household ON household.id = payment.household_id
        WHERE payment_reply.grievance_id = grievance.id AND (within = '' OR household.commune_pcode = ANY (places))
        ORDER BY payment.id LIMIT 1
    ) AS answered ON true
    LEFT JOIN LATERAL (
        SELECT payment.agency, payment.round_id FROM payment WHERE payment.id = answered.id
        UNION ALL (
            SELECT payment.agency, payment.round_id FROM payment
            WHERE answered.id IS NULL AND payment.household_id = grievance.household_id
                AND payment.state <> 'cancelled' AND payment.due_date <= CAST(grievance.received_at AS date)
                AND (within = '' OR EXISTS (SELECT FROM household WHERE household.id = grievance.household_id
                    AND household.commune_pcode = ANY (places)))
            ORDER BY payment.due_date DESC, payment.id DESC LIMIT 1)
    ) AS paid ON true
    WHERE grievance.category = 'payment'
        AND grievance.received_at >= coalesce(since, '-infinity')
        AND grievance.received_at < coalesce(until, 'infinity')
        AND CASE grievance.sensitivity WHEN 'sensitive' THEN who = 'focal' ELSE who IN ('agent', 'supervisor') END
        AND (within = '' OR grievance.commune_pcode = ANY (places));
END $$;
REVOKE ALL ON FUNCTION payments_complained_of(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_complained_of(timestamptz, timestamptz) TO {DESK}
"""  # noqa: S608 - our own words


def upgrade() -> None:
    op.execute(INDEXES)
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute("DROP FUNCTION payments_complained_of(timestamptz, timestamptz)")
    op.execute("DROP INDEX ix_grievance_call_again_on")
    op.execute("DROP INDEX ix_grievance_sensitive")
    op.execute("DROP INDEX ix_payment_household_id_due_date")
