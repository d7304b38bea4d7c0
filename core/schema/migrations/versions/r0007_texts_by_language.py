"""Texts that people write in each language: one column keyed by language code, no longer a column a language."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UPGRADE = """
ALTER TABLE component_event ADD COLUMN what jsonb;
UPDATE component_event SET what = jsonb_build_object('bm', what_bm, 'fr', what_fr);
ALTER TABLE component_event ALTER COLUMN what SET NOT NULL, DROP COLUMN what_fr, DROP COLUMN what_bm;

ALTER TABLE prepared_answer ADD COLUMN texts jsonb;
UPDATE prepared_answer SET texts = jsonb_build_object('bm', text_bm, 'fr', text_fr);
ALTER TABLE prepared_answer ALTER COLUMN texts SET NOT NULL, DROP COLUMN text_fr, DROP COLUMN text_bm;

ALTER TABLE campaign ADD COLUMN texts jsonb;
UPDATE campaign SET texts = jsonb_strip_nulls(jsonb_build_object('bm', text_bm, 'fr', text_fr))
    WHERE text_bm IS NOT NULL OR text_fr IS NOT NULL;
ALTER TABLE campaign DROP COLUMN text_fr, DROP COLUMN text_bm;

UPDATE message_text SET content = (
        SELECT jsonb_agg(jsonb_build_array(jsonb_build_object('bm', line -> 1, 'fr', line -> 0),
            line -> 2, line -> 3, line -> 4) ORDER BY place)::text
        FROM jsonb_array_elements(content::jsonb) WITH ORDINALITY AS each (line, place))
    FROM campaign WHERE campaign.id = campaign_id AND campaign.subject ? 'event';
UPDATE message_text SET content = md5(campaign.texts::text)
    FROM campaign WHERE campaign.id = campaign_id AND campaign.kind = 'free';
"""
"""What was told of an event, and of free words, is what later campaigns are compared with: it is kept in step."""

DOWNGRADE = """
UPDATE message_text SET content = md5(concat_ws('|', campaign.texts ->> 'fr', campaign.texts ->> 'bm'))
    FROM campaign WHERE campaign.id = campaign_id AND campaign.kind = 'free';
UPDATE message_text SET content = (
        SELECT jsonb_agg(jsonb_build_array(line -> 0 -> 'fr', line -> 0 -> 'bm', line -> 1, line -> 2, line -> 3)
            ORDER BY place)::text
        FROM jsonb_array_elements(content::jsonb) WITH ORDINALITY AS each (line, place))
    FROM campaign WHERE campaign.id = campaign_id AND campaign.subject ? 'event';

ALTER TABLE campaign ADD COLUMN text_fr varchar, ADD COLUMN text_bm varchar;
UPDATE campaign SET text_fr = texts ->> 'fr', text_bm = texts ->> 'bm';
ALTER TABLE campaign DROP COLUMN texts;

ALTER TABLE prepared_answer ADD COLUMN text_fr varchar, ADD COLUMN text_bm varchar;
UPDATE prepared_answer SET text_fr = coalesce(texts ->> 'fr', ''), text_bm = coalesce(texts ->> 'bm', '');
ALTER TABLE prepared_answer ALTER COLUMN text_fr SET NOT NULL, ALTER COLUMN text_bm SET NOT NULL, DROP COLUMN texts;

ALTER TABLE component_event ADD COLUMN what_fr varchar, ADD COLUMN what_bm varchar;
UPDATE component_event SET what_fr = coalesce(what ->> 'fr', ''), what_bm = coalesce(what ->> 'bm', '');
ALTER TABLE component_event ALTER COLUMN what_fr SET NOT NULL, ALTER COLUMN what_bm SET NOT NULL, DROP COLUMN what;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
