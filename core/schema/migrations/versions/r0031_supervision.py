"""Kept counts of great campaigns, when a rule had nobody to tell, what somebody on call was told, the SMS of today.

None of it says anything of a person: a count has numbers by language, operator and region, an alarm names a campaign, a
gateway or a worker.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, WORKER

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE TABLE campaign_tally (
    campaign_id integer NOT NULL,
    change_id integer NOT NULL,
    counted_at timestamptz NOT NULL,
    put_off integer NOT NULL,
    rows jsonb NOT NULL,
    CONSTRAINT pk_campaign_tally PRIMARY KEY (campaign_id),
    CONSTRAINT fk_campaign_tally_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaign (id) ON DELETE CASCADE
);
CREATE TABLE campaign_rule_look (
    round_id integer NOT NULL,
    kind varchar NOT NULL,
    day date,
    at timestamptz NOT NULL,
    CONSTRAINT pk_campaign_rule_look PRIMARY KEY (round_id, kind)
);
CREATE TABLE alarm (
    id serial NOT NULL,
    kind varchar NOT NULL,
    about varchar NOT NULL,
    detail jsonb NOT NULL,
    since timestamptz NOT NULL,
    told_at timestamptz,
    over_at timestamptz,
    over_told_at timestamptz,
    taken_until timestamptz,
    CONSTRAINT pk_alarm PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_alarm_kind_about ON alarm (kind, about) WHERE over_at IS NULL;
CREATE INDEX ix_sms_batch_left_at ON sms_batch (left_at) WHERE NOT prompt;
GRANT SELECT ON campaign_tally, alarm TO {DESK};
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_rule_look, campaign_tally, alarm TO {WORKER};
GRANT USAGE ON SEQUENCE alarm_id_seq TO {WORKER}
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP INDEX ix_sms_batch_left_at")
    op.execute("DROP TABLE alarm, campaign_rule_look, campaign_tally")
