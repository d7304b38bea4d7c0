"""Notes of campaigns: what Jigi notes itself is a code and its data; the words of people stay words."""

from typing import Final

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODES: Final = (
    "'planned', 'first_approval', 'approved', 'by_announcement', 'scheduled', 'nobody_to_tell', 'sent_again', 'left', "
    "'left_to_send', 'not_planned', 'by_hand', 'gateway'"
)
COLUMNS: Final = f"""
ALTER TABLE campaign_change ADD COLUMN note_code varchar(20), ADD COLUMN note_data jsonb,
    ADD CONSTRAINT ck_campaign_change_note_code CHECK (note_code IN ({CODES}));
ALTER TABLE campaign ADD COLUMN why_code varchar(20), ADD COLUMN why_data jsonb,
    ADD CONSTRAINT ck_campaign_why_code CHECK (why_code IN ({CODES}));
"""
# A person may have written a sentence of ours as their own: it is taken for ours only in a change that notes it so.
CONVERTED: Final = r"""
UPDATE campaign_change SET note = NULL, note_code = 'planned', note_data = jsonb_build_object(
    'recipients', CAST(split_part(note, ' ', 1) AS integer), 'parts', CAST(split_part(note, ' ', 3) AS integer))
WHERE to_state = 'planned' AND note ~ '^\d{1,9} recipients, \d{1,9} parts$';
UPDATE campaign_change SET note = NULL, note_code = 'first_approval'
WHERE to_state = 'planned' AND note = 'first approval; a second is needed';
UPDATE campaign_change SET note = NULL, note_code = 'approved' WHERE to_state = 'approved' AND note = 'approved';
UPDATE campaign_change SET note = NULL, note_code = 'by_announcement'
WHERE to_state = 'approved' AND note = 'by the approval of the announcement';
UPDATE campaign_change SET note_code = 'scheduled', note_data = jsonb_build_object(
    'at', replace(substr(note, 5), ' ', 'T') || '+00:00'), note = NULL
WHERE to_state = 'scheduled' AND note ~ '^for \d{4}-\d\d-\d\d \d\d:\d\d$';
UPDATE campaign_change SET note = NULL, note_code = 'nobody_to_tell'
WHERE to_state = 'cancelled' AND agent_id IS NULL AND note = 'nobody to tell';
UPDATE campaign_change SET note = NULL, note_code = CASE WHEN note LIKE '%again' THEN 'sent_again' ELSE 'left' END,
    note_data = jsonb_build_object('count', CAST(split_part(note, ' ', 1) AS integer))
WHERE note ~ '^\d{1,9} uncertain: (sent again|left)$'
  AND (to_state = from_state OR from_state = 'finished' AND to_state = 'running');
UPDATE campaign_change SET note = NULL, note_code = 'left_to_send'
WHERE agent_id IS NULL AND to_state = 'running' AND note = 'something is left to send';
UPDATE campaign_change SET note = NULL, note_code = 'not_planned'
WHERE to_state = from_state AND note = 'the plan could not be made';
UPDATE campaign_change SET note = NULL, note_code = 'by_hand' WHERE to_state = 'paused' AND note = 'paused by hand';
UPDATE campaign_change SET note_code = 'gateway', note_data = jsonb_build_object('reason', note), note = NULL
WHERE to_state = 'paused' AND agent_id IS NULL AND note IS NOT NULL;
UPDATE campaign SET why = stopped.note, why_code = stopped.note_code, why_data = stopped.note_data
FROM (
    SELECT DISTINCT ON (campaign_id) campaign_id, note, note_code, note_data FROM campaign_change
    WHERE to_state IN ('paused', 'cancelled') AND from_state <> to_state ORDER BY campaign_id, id DESC
) AS stopped WHERE stopped.campaign_id = campaign.id AND campaign.why IS NOT NULL AND stopped.note_code IS NOT NULL;
"""
SENTENCE: Final = """CASE {code}
    WHEN 'planned' THEN ({data} ->> 'recipients') || ' recipients, ' || ({data} ->> 'parts') || ' parts'
    WHEN 'first_approval' THEN 'first approval; a second is needed'
    WHEN 'approved' THEN 'approved'
    WHEN 'by_announcement' THEN 'by the approval of the announcement'
    WHEN 'scheduled' THEN 'for ' || replace(substr({data} ->> 'at', 1, 16), 'T', ' ')
    WHEN 'nobody_to_tell' THEN 'nobody to tell'
    WHEN 'sent_again' THEN ({data} ->> 'count') || ' uncertain: sent again'
    WHEN 'left' THEN ({data} ->> 'count') || ' uncertain: left'
    WHEN 'left_to_send' THEN 'something is left to send'
    WHEN 'not_planned' THEN 'the plan could not be made'
    WHEN 'by_hand' THEN 'paused by hand'
    WHEN 'gateway' THEN {data} ->> 'reason' END"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(CONVERTED)


def downgrade() -> None:
    for table, words, code, data in (
        ("campaign_change", "note", "note_code", "note_data"),
        ("campaign", "why", "why_code", "why_data"),
    ):
        sentence = SENTENCE.format(code=code, data=data)
        op.execute(f"UPDATE {table} SET {words} = {sentence} WHERE {code} IS NOT NULL")  # noqa: S608 - our own words
        op.execute(f"ALTER TABLE {table} DROP COLUMN {code}, DROP COLUMN {data}")
