"""Village registers kept on telephones: mappings of their forms, and what of them was filed already.

Neither says anything of a person: a mapping has headers and words of a form, a submission is known by a hash.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, LINE

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE TABLE register_mapping (
    id serial NOT NULL,
    name varchar NOT NULL,
    columns jsonb NOT NULL,
    meanings jsonb NOT NULL,
    made_by integer,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_register_mapping PRIMARY KEY (id),
    CONSTRAINT uq_register_mapping_name UNIQUE (name),
    CONSTRAINT fk_register_mapping_made_by FOREIGN KEY (made_by) REFERENCES agent (id)
);
CREATE TABLE register_submission (
    key varchar(64) NOT NULL,
    filed_at timestamptz NOT NULL,
    CONSTRAINT pk_register_submission PRIMARY KEY (key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON register_mapping TO {DESK};
GRANT USAGE ON SEQUENCE register_mapping_id_seq TO {DESK};
GRANT SELECT, INSERT ON register_submission TO {LINE}
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE register_mapping, register_submission")
