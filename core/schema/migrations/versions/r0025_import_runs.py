"""Imports that came in, and of the last of them what it changed as it was before, so that it can be undone.

Files come in, and are undone, as the worker: it may take away what an import made. The desk sees the runs and no trace.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, WORKER
from core.schema.migrations.versions.r0024_corrections import (
    CORRECTIONS,
    ERASED,
    FORGET_HOUSEHOLDS,
    HELD,
    NOTES_END,
    OF_HOUSEHOLDS,
    OF_PHONE,
    PERSON_ERASE,
    PERSON_HELD,
)

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE TABLE import_run (
    id bigserial NOT NULL,
    upload varchar,
    kind varchar(20) NOT NULL,
    file varchar NOT NULL,
    brought_by integer,
    confirmed_by integer,
    at timestamptz NOT NULL,
    rows integer NOT NULL,
    created integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    bad integer NOT NULL,
    lost integer NOT NULL,
    writer varchar NOT NULL,
    written jsonb NOT NULL,
    traces integer NOT NULL,
    undone_at timestamptz,
    undone_by integer,
    CONSTRAINT pk_import_run PRIMARY KEY (id),
    CONSTRAINT uq_import_run_upload UNIQUE (upload),
    CONSTRAINT ck_import_run_kind CHECK (kind IN ('communes', 'households', 'payments', 'events')),
    CONSTRAINT fk_import_run_brought_by FOREIGN KEY (brought_by) REFERENCES agent (id),
    CONSTRAINT fk_import_run_confirmed_by FOREIGN KEY (confirmed_by) REFERENCES agent (id),
    CONSTRAINT fk_import_run_undone_by FOREIGN KEY (undone_by) REFERENCES agent (id)
);
CREATE TABLE import_trace (
    id bigserial NOT NULL,
    run_id bigint NOT NULL,
    relation varchar NOT NULL,
    household_id integer,
    before jsonb NOT NULL,
    CONSTRAINT pk_import_trace PRIMARY KEY (id),
    CONSTRAINT fk_import_trace_run_id FOREIGN KEY (run_id) REFERENCES import_run (id) ON DELETE CASCADE
);
CREATE INDEX ix_import_trace_run_id ON import_trace (run_id);
CREATE INDEX ix_import_trace_household_id ON import_trace (household_id);
ALTER TABLE import_trace ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_trace_tasks ON import_trace TO {WORKER} USING (true) WITH CHECK (true);
GRANT SELECT ON import_run TO {DESK};
GRANT SELECT, INSERT, UPDATE, DELETE ON import_run, import_trace TO {WORKER};
GRANT USAGE ON SEQUENCE import_run_id_seq, import_trace_id_seq TO {WORKER};
GRANT DELETE ON region, cercle, commune, household, payment_round, correction TO {WORKER};
GRANT INSERT ON correction TO {WORKER}
"""

TRACES = "DELETE FROM import_trace WHERE household_id = ANY(ids);"
EARLIER_FORGET = FORGET_HOUSEHOLDS.replace(OF_HOUSEHOLDS, f"{OF_HOUSEHOLDS}\n    {CORRECTIONS}")
FORGET = EARLIER_FORGET.replace(CORRECTIONS, f"{CORRECTIONS}\n    {TRACES}")
EARLIER_HELD = PERSON_HELD.replace(NOTES_END, HELD)
TRACES_HELD = f"""
    RETURN QUERY SELECT 'import_trace', jsonb_build_object('before', t.before - ARRAY['id', 'household_id', 'search',
        'village_search', 'programme_key', 'made_by', 'approved_by', 'ended_by', 'round_id']) FROM import_trace AS t
        WHERE household_id = own OR position(caller IN CAST(t.before AS text)) > 0;
{NOTES_END}"""  # noqa: S608 - our own words
HELD_TOO = EARLIER_HELD.replace(NOTES_END, TRACES_HELD)
ERASE = PERSON_ERASE.replace(OF_PHONE, ERASED)
TRACES_ERASED = """
    DELETE FROM import_trace WHERE household_id = own OR position(caller IN CAST(before AS text)) > 0;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN QUERY SELECT 'import_trace', gone, 0;
"""
WHILE_HELD = "    IF caller IS NOT NULL THEN\n"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FORGET)
    op.execute(HELD_TOO)
    op.execute(ERASE.replace(WHILE_HELD, f"{TRACES_ERASED}{WHILE_HELD}", 1))


def downgrade() -> None:
    op.execute(EARLIER_FORGET)
    op.execute(EARLIER_HELD)
    op.execute(ERASE)
    op.execute("DROP TABLE import_trace, import_run")
    op.execute(f"REVOKE DELETE ON region, cercle, commune, household, payment_round, correction FROM {WORKER}")
    op.execute(f"REVOKE INSERT ON correction FROM {WORKER}")
