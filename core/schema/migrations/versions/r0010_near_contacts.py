"""Who is near: telephones of a commune's committee, town hall and payment agency."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE commune
            ADD COLUMN committee_phone varchar,
            ADD COLUMN town_hall_phone varchar,
            ADD COLUMN town_hall_opens time,
            ADD COLUMN town_hall_closes time,
            ADD COLUMN agency_name varchar,
            ADD COLUMN agency_phone varchar
        """
    )


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE commune
            DROP COLUMN committee_phone,
            DROP COLUMN town_hall_phone,
            DROP COLUMN town_hall_opens,
            DROP COLUMN town_hall_closes,
            DROP COLUMN agency_name,
            DROP COLUMN agency_phone
        """
    )
