"""Forms that push their submissions as they are sent: the forms, what came, and files to fetch from their server.

A system knows its own forms; what it sent is written as on the line, and read at the desk by whoever sees the place of
the key that brought it. What came is sealed: a policy lets nobody see a word of it.
"""

from typing import Final

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, LINE, SAFE_PATH, SCOPE_IS, WHO_SEES_HOUSEHOLDS, WORKER
from core.schema.migrations.versions.r0046_keys_of_systems import API

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

IN_MY_PLACES: Final = f"""({SCOPE_IS} = '' OR scope_code = {SCOPE_IS} OR scope_code IN (
    SELECT unnest(ARRAY[commune.pcode, CASE WHEN {SCOPE_IS} <> commune.pcode THEN cercle.pcode END])
    FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE {SCOPE_IS} IN (commune.pcode, cercle.pcode, cercle.region_pcode)))"""  # noqa: S608 - our own words
"""A submission of a key for the whole country is for those who work for all of it."""

OWN_FORM: Final = "system = (SELECT claimed_system()) AND (SELECT key_may('grievances:write'))"
TABLES: Final = f"""
CREATE TABLE field_form (
    id serial NOT NULL,
    system varchar(32) NOT NULL,
    name varchar(60) NOT NULL,
    mapping varchar,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT pk_field_form PRIMARY KEY (id),
    CONSTRAINT uq_field_form_system_name UNIQUE (system, name)
);
CREATE TABLE field_submission (
    id bigserial NOT NULL,
    form_id integer NOT NULL,
    keys varchar[] NOT NULL,
    digest varchar(64) NOT NULL,
    state varchar(20) NOT NULL,
    edited boolean NOT NULL,
    problems jsonb NOT NULL,
    content text,
    scope_code varchar,
    received_at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_by integer,
    CONSTRAINT pk_field_submission PRIMARY KEY (id),
    CONSTRAINT ck_field_submission_state CHECK (state IN ('waiting', 'filed', 'declined', 'rejected', 'dropped')),
    CONSTRAINT fk_field_submission_form_id FOREIGN KEY (form_id) REFERENCES field_form (id) ON DELETE CASCADE,
    CONSTRAINT fk_field_submission_settled_by FOREIGN KEY (settled_by) REFERENCES agent (id)
);
CREATE INDEX ix_field_submission_keys ON field_submission USING gin (keys);
CREATE INDEX ix_field_submission_waiting ON field_submission (form_id, id) WHERE state = 'waiting';
CREATE INDEX ix_field_submission_received_at ON field_submission (received_at);
CREATE TABLE field_file (
    id bigserial NOT NULL,
    grievance_id integer NOT NULL,
    url varchar NOT NULL,
    attempts integer NOT NULL,
    next_at timestamptz NOT NULL,
    CONSTRAINT pk_field_file PRIMARY KEY (id),
    CONSTRAINT fk_field_file_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id) ON DELETE CASCADE
);
CREATE INDEX ix_field_file_grievance_id ON field_file (grievance_id);
CREATE INDEX ix_field_file_next_at ON field_file (next_at);
ALTER TABLE attachment ALTER COLUMN added_by DROP NOT NULL;

ALTER TABLE field_form ENABLE ROW LEVEL SECURITY;
ALTER TABLE field_submission ENABLE ROW LEVEL SECURITY;
ALTER TABLE field_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY field_form_api ON field_form TO {API} USING ({OWN_FORM}) WITH CHECK ({OWN_FORM});
CREATE POLICY field_form_tasks ON field_form TO {LINE} USING (true);
CREATE POLICY field_form_desk ON field_form TO {DESK} USING ({WHO_SEES_HOUSEHOLDS});
CREATE POLICY field_submission_tasks ON field_submission TO {LINE}, {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY field_submission_desk ON field_submission TO {DESK}
    USING ({WHO_SEES_HOUSEHOLDS} AND {IN_MY_PLACES});
CREATE POLICY field_file_tasks ON field_file TO {LINE}, {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY attachment_tasks ON attachment TO {WORKER} USING (added_by IS NULL) WITH CHECK (added_by IS NULL);
GRANT SELECT, INSERT, UPDATE (last_at) ON field_form TO {API};
GRANT SELECT ON register_mapping TO {API};
GRANT USAGE ON SEQUENCE field_form_id_seq TO {API};
GRANT SELECT ON field_form TO {LINE};
GRANT SELECT, INSERT, UPDATE ON field_submission TO {LINE};
GRANT INSERT ON field_file TO {LINE};
GRANT SELECT, UPDATE (mapping) ON field_form TO {DESK};
GRANT SELECT, UPDATE (state, content, settled_at, settled_by) ON field_submission TO {DESK};
GRANT SELECT (received_at), DELETE ON field_submission TO {WORKER};
GRANT SELECT, UPDATE, DELETE ON field_file TO {WORKER};
GRANT SELECT, INSERT ON attachment TO {WORKER};
GRANT INSERT ON attachment_left TO {WORKER}
"""

FORGET: Final = f"""
CREATE FUNCTION forget_field_files() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    DELETE FROM field_file WHERE grievance_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER grievance_field_files AFTER UPDATE OF filing_key, sensitivity, category ON grievance FOR EACH ROW
    WHEN (NEW.filing_key = 'x' || NEW.id AND OLD.filing_key <> NEW.filing_key
        OR NEW.category = 'abuse' AND OLD.category <> NEW.category)
    EXECUTE FUNCTION forget_field_files();
REVOKE ALL ON FUNCTION forget_field_files() FROM PUBLIC
"""  # noqa: S608
"""Of what is made nameless, or of which the least is kept, no file is fetched any more."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FORGET)


def downgrade() -> None:
    op.execute("DROP TRIGGER grievance_field_files ON grievance")
    op.execute("DROP FUNCTION forget_field_files()")
    op.execute("DROP TABLE field_file, field_submission, field_form")
    op.execute("DROP POLICY attachment_tasks ON attachment")
    op.execute("DELETE FROM attachment WHERE added_by IS NULL")
    op.execute("ALTER TABLE attachment ALTER COLUMN added_by SET NOT NULL")
    op.execute(f"REVOKE SELECT ON register_mapping FROM {API}")  # noqa: S608 - our own words
    op.execute(f"REVOKE ALL ON attachment FROM {WORKER}")
    op.execute(f"REVOKE INSERT ON attachment_left FROM {WORKER}")
