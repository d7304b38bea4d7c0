"""What a household is found by may come with its row: an import makes it once for each name, not once for each row.

It was a generated column, which took two thirds of the time of writing the rows of a file. A trigger writes it now
wherever it does not come with the row, and again when the name or the village changes: the version before this one,
which gives none, is served as before.
"""

from alembic import op

from core.schema.migrations.versions.r0018_limited_time import SAFE_PATH

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TRIGGERS = f"""
ALTER TABLE household ALTER COLUMN search DROP EXPRESSION, ALTER COLUMN village_search DROP EXPRESSION IF EXISTS;
DROP TRIGGER IF EXISTS household_village ON household;
DROP FUNCTION IF EXISTS household_village();
CREATE FUNCTION household_searchable() RETURNS trigger LANGUAGE plpgsql {SAFE_PATH} AS $$
BEGIN
    NEW.search := name_search(NEW.head_name);
    NEW.village_search := loose_village(NEW.village);
    RETURN NEW;
END $$;
CREATE TRIGGER household_new BEFORE INSERT ON household FOR EACH ROW WHEN (NEW.search IS NULL)
    EXECUTE FUNCTION household_searchable();
CREATE TRIGGER household_renamed BEFORE UPDATE OF head_name, village ON household FOR EACH ROW
    WHEN (NEW.head_name IS DISTINCT FROM OLD.head_name OR NEW.village IS DISTINCT FROM OLD.village)
    EXECUTE FUNCTION household_searchable();
"""


def upgrade() -> None:
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute(
        """
        DROP TRIGGER household_new ON household;
        DROP TRIGGER household_renamed ON household;
        DROP FUNCTION household_searchable();
        ALTER TABLE household DROP COLUMN search, DROP COLUMN village_search;
        ALTER TABLE household ADD COLUMN search tsvector GENERATED ALWAYS AS (name_search(head_name)) STORED,
            ADD COLUMN village_search varchar GENERATED ALWAYS AS (loose_village(village)) STORED;
        CREATE INDEX ix_household_search ON household USING gin (search);
        """
    )
