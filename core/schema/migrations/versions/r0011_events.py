"""Events end at an hour and pay a day's wage; villages are compared by their loose spelling; a mutual is a component.

The loose spelling is computed by PostgreSQL, so that it is right for rows of the version before this one too. Of the
households there are it is written some thousands at a time, each in a transaction of its own: written at once, it kept
callers away for as long. Where that is cut off it is begun again.
"""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UPGRADE = r"""
ALTER TABLE component_event ADD COLUMN IF NOT EXISTS end_time time, ADD COLUMN IF NOT EXISTS wage_xof integer;

CREATE OR REPLACE FUNCTION loose_village(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT public.loose_words(regexp_replace(name, '[-\s]+', '', 'g'))
        || regexp_replace(name, '[^0-9]+', '', 'g') || coalesce(substring(lower(name) FROM '[- ]([ivx]+)$'), '') $$;
ALTER TABLE component_event
    ADD COLUMN IF NOT EXISTS village_search varchar GENERATED ALWAYS AS (loose_village(village)) STORED;
ALTER TABLE household ADD COLUMN IF NOT EXISTS village_search varchar;
CREATE OR REPLACE FUNCTION household_village() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.village_search := public.loose_village(NEW.village);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER household_village BEFORE INSERT OR UPDATE OF village ON household FOR EACH ROW
    EXECUTE FUNCTION household_village();

INSERT INTO component (code, name) VALUES ('MUT', 'Adhésion à une mutuelle') ON CONFLICT DO NOTHING;
"""
"""`loose_words` parts words; a village is compared as one, as `core.places.villages.loose_village` has it."""

TOGETHER = 5_000
LAST = "SELECT coalesce(max(id), 0) FROM household"
FILL = """
UPDATE household SET village_search = loose_village(village)
WHERE id BETWEEN :first AND :last AND village_search IS NULL AND village IS NOT NULL
"""

DOWNGRADE = """
DELETE FROM enrolment WHERE component = 'MUT';
DELETE FROM component WHERE code = 'MUT';

DROP TRIGGER IF EXISTS household_village ON household;
DROP FUNCTION IF EXISTS household_village();
ALTER TABLE household DROP COLUMN village_search;
ALTER TABLE component_event DROP COLUMN village_search, DROP COLUMN end_time, DROP COLUMN wage_xof;
DROP FUNCTION loose_village(text);
"""
"""Where a mutual was paid, the downgrade is refused: no payment is lost in silence."""


def upgrade() -> None:
    op.execute(UPGRADE)
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        last = connection.execute(text(LAST)).scalar_one()
        for first in range(1, last + 1, TOGETHER):
            connection.execute(text(FILL), {"first": first, "last": first + TOGETHER - 1})


def downgrade() -> None:
    op.execute(DOWNGRADE)
