"""Words of a programme's own for its campaigns, version by version; personal messages are a kind of campaign.

They say nothing of a person: what they are filled with stands in the payments.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, WORKER

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE TABLE campaign_template (
    id serial NOT NULL,
    kind varchar NOT NULL,
    texts jsonb,
    state varchar(20) NOT NULL,
    of_id integer,
    written_by integer NOT NULL,
    written_at timestamptz DEFAULT now() NOT NULL,
    decided_by integer,
    decided_at timestamptz,
    CONSTRAINT pk_campaign_template PRIMARY KEY (id),
    CONSTRAINT fk_campaign_template_of_id FOREIGN KEY (of_id) REFERENCES campaign_template (id),
    CONSTRAINT fk_campaign_template_written_by FOREIGN KEY (written_by) REFERENCES agent (id),
    CONSTRAINT fk_campaign_template_decided_by FOREIGN KEY (decided_by) REFERENCES agent (id),
    CONSTRAINT ck_campaign_template_state CHECK (state IN ('proposed', 'approved', 'dismissed')),
    CONSTRAINT ck_campaign_template_four_eyes
        CHECK (texts IS NULL OR state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> written_by))
);
CREATE UNIQUE INDEX uq_campaign_template_proposed ON campaign_template (kind) WHERE state = 'proposed';
CREATE INDEX ix_campaign_template_kind_decided_at ON campaign_template (kind, decided_at);
ALTER TABLE campaign ADD COLUMN template_id integer
    CONSTRAINT fk_campaign_template_id REFERENCES campaign_template (id);
GRANT SELECT, INSERT, UPDATE ON campaign_template TO {DESK};
GRANT SELECT ON campaign_template TO {WORKER};
GRANT USAGE ON SEQUENCE campaign_template_id_seq TO {DESK}
"""


KINDS = "'announce', 'reminder3', 'reminder1', 'moved', 'cancelled', 'unclaimed', 'free'"


def _kinds(kinds: str) -> None:
    for table in ("campaign", "campaign_rule_off"):
        name = f"ck_{table}_kind"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (kind IN ({kinds}))")


def upgrade() -> None:
    op.execute(TABLES)
    _kinds(f"{KINDS}, 'personal'")


def downgrade() -> None:
    op.execute("DELETE FROM message USING campaign WHERE campaign.id = campaign_id AND campaign.kind = 'personal'")
    op.execute("DELETE FROM campaign WHERE kind = 'personal'")
    _kinds(KINDS)
    op.execute("ALTER TABLE campaign DROP COLUMN template_id")
    op.execute("DROP TABLE campaign_template")
