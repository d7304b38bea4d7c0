"""Batches that other systems push: what they are, their rows while they wait, and what became of each row.

A system sees its own batches; the worker's role does what is to be done with them.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import WORKER
from core.schema.migrations.versions.r0046_keys_of_systems import API

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

OWN_BATCH = "EXISTS (SELECT FROM import_batch WHERE import_batch.id = batch_id)"
TABLES = f"""
CREATE TABLE import_batch (
    id bigserial NOT NULL,
    system varchar(32) NOT NULL,
    key_id integer NOT NULL,
    kind varchar(20) NOT NULL,
    idempotency_key varchar(64) NOT NULL,
    digest varchar(64) NOT NULL,
    options jsonb NOT NULL,
    state varchar(20) NOT NULL,
    rows integer NOT NULL,
    created integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    bad integer NOT NULL,
    lost integer NOT NULL,
    heavy boolean NOT NULL,
    losses jsonb NOT NULL,
    remarks jsonb NOT NULL,
    unknown_columns jsonb NOT NULL,
    fault varchar,
    received_at timestamptz NOT NULL,
    checked_at timestamptz,
    ended_at timestamptz,
    confirmed_by integer,
    CONSTRAINT pk_import_batch PRIMARY KEY (id),
    CONSTRAINT uq_import_batch_system_idempotency_key UNIQUE (system, idempotency_key),
    CONSTRAINT ck_import_batch_kind CHECK (kind IN ('households', 'payments', 'events', 'results')),
    CONSTRAINT ck_import_batch_state CHECK (state IN ('received', 'waiting', 'confirmed', 'done', 'refused', 'failed',
        'discarded', 'expired')),
    CONSTRAINT fk_import_batch_key_id FOREIGN KEY (key_id) REFERENCES api_key (id),
    CONSTRAINT fk_import_batch_confirmed_by FOREIGN KEY (confirmed_by) REFERENCES agent (id)
);
CREATE INDEX ix_import_batch_to_work_on ON import_batch (id) WHERE state IN ('received', 'confirmed');
CREATE TABLE import_batch_content (
    batch_id bigint NOT NULL,
    content text NOT NULL,
    CONSTRAINT pk_import_batch_content PRIMARY KEY (batch_id),
    CONSTRAINT fk_import_batch_content_batch_id FOREIGN KEY (batch_id) REFERENCES import_batch (id) ON DELETE CASCADE
);
CREATE TABLE import_batch_row (
    batch_id bigint NOT NULL,
    row integer NOT NULL,
    outcome varchar(20) NOT NULL,
    problems jsonb NOT NULL,
    CONSTRAINT pk_import_batch_row PRIMARY KEY (batch_id, row),
    CONSTRAINT ck_import_batch_row_outcome CHECK (outcome IN ('created', 'changed', 'unchanged', 'repeated', 'refused',
        'held')),
    CONSTRAINT fk_import_batch_row_batch_id FOREIGN KEY (batch_id) REFERENCES import_batch (id) ON DELETE CASCADE
);
ALTER TABLE import_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_batch_content ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_batch_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_batch_api ON import_batch TO {API} USING (system = (SELECT claimed_system()));
CREATE POLICY import_batch_content_api ON import_batch_content TO {API} USING ({OWN_BATCH});
CREATE POLICY import_batch_row_api ON import_batch_row TO {API} USING ({OWN_BATCH});
CREATE POLICY import_batch_tasks ON import_batch TO {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY import_batch_content_tasks ON import_batch_content TO {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY import_batch_row_tasks ON import_batch_row TO {WORKER} USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (state, ended_at) ON import_batch TO {API};
GRANT INSERT, DELETE, SELECT (batch_id) ON import_batch_content TO {API};
GRANT SELECT ON import_batch_row TO {API};
GRANT USAGE ON SEQUENCE import_batch_id_seq TO {API};
GRANT SELECT, INSERT, UPDATE, DELETE ON import_batch, import_batch_content, import_batch_row TO {WORKER}
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE import_batch_row, import_batch_content, import_batch")
