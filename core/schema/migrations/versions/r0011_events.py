"""Events end at an hour and pay a day's wage; villages are compared by their loose spelling; a mutual is a component.

The loose spelling is computed by PostgreSQL, so that it is right for rows of the version before this one too.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UPGRADE = r"""
ALTER TABLE component_event ADD COLUMN end_time time, ADD COLUMN wage_xof integer;

CREATE FUNCTION loose_village(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT public.loose_words(regexp_replace(name, '[-\s]+', '', 'g'))
        || regexp_replace(name, '[^0-9]+', '', 'g') || coalesce(substring(lower(name) FROM '[- ]([ivx]+)$'), '') $$;
ALTER TABLE component_event
    ADD COLUMN village_search varchar GENERATED ALWAYS AS (loose_village(village)) STORED;
ALTER TABLE household
    ADD COLUMN village_search varchar GENERATED ALWAYS AS (loose_village(village)) STORED;

INSERT INTO component (code, name) VALUES ('MUT', 'Adhésion à une mutuelle') ON CONFLICT DO NOTHING;
"""
"""`loose_words` parts words; a village is compared as one, as `core.places.villages.loose_village` has it."""

DOWNGRADE = """
DELETE FROM enrolment WHERE component = 'MUT';
DELETE FROM component WHERE code = 'MUT';

ALTER TABLE household DROP COLUMN village_search;
ALTER TABLE component_event DROP COLUMN village_search, DROP COLUMN end_time, DROP COLUMN wage_xof;
DROP FUNCTION loose_village(text);
"""
"""Where a mutual was paid, the downgrade is refused: no payment is lost in silence."""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
