"""What a worker asks of the database while it sends is found by indexes, however many messages there were."""

import psycopg
import pytest

from core.registry.callers import stop_sms
from tests.sms.worker.test_sender_stories import HAPPENINGS, Story
from tests.support.plans import recorded, whole_reads

SEED = 4
FILLED = ("message", "sms_batch")
LONG_AGO = """
INSERT INTO campaign (id, kind, title, subject, state, needs_second, recipients, parts)
VALUES (1000, 'announce', 'Long ago', '{}', 'finished', false, 60000, 60000);
INSERT INTO sms_batch (id, campaign_id, priority, prompt, not_before, not_after, state, answered_at, left_at, uncertain)
SELECT 100000 + each, 1000, 3, false, moment, moment, 'closed', moment, moment, false
FROM generate_series(1, 60000) AS each,
    LATERAL (SELECT TIMESTAMPTZ '2025-01-01' + each * interval '1 minute' AS moment) AS its;
INSERT INTO message (campaign_id, batch_id, kind, msisdn, household_ids, state, provider_id, attempts, was_uncertain,
    planned_at)
SELECT 1000, 100001 + each % 60000, 'announce', '+2236' || lpad(each::text, 7, '0'), ARRAY[each], 'delivered',
    'at' || each, 1, false, TIMESTAMPTZ '2025-01-01'
FROM generate_series(1, 60000) AS each;
ANALYZE campaign, sms_batch, message
"""
"""A campaign that ended long ago."""


@pytest.mark.usefixtures("safo")
async def test_no_step_of_sending_reads_what_was_sent_long_ago(database_url: str) -> None:
    story = Story(SEED)
    await story.begin()
    with psycopg.connect(database_url) as connection:
        connection.execute(LONG_AGO)
    with recorded() as heard:
        for happening in HAPPENINGS.values():
            await happening(story)
        await stop_sms(story.people[0])
        await story.end()
    assert len(heard) > 30
    assert whole_reads(database_url, heard, FILLED) == {}
