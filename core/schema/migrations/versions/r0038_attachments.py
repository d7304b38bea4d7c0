"""Files that are attached to complaints: who sees the complaint sees them, and they go with what it says.

The file stands sealed in a store outside the database, by a name that says nothing. A row that goes, whether it was
taken away, or its complaint was made nameless or gave up what it said, leaves that name to whoever tidies the store.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import DESK, SAFE_PATH, WORKER

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE TABLE attachment (
    id serial NOT NULL,
    grievance_id integer NOT NULL,
    kind varchar NOT NULL,
    octets integer NOT NULL,
    place varchar NOT NULL,
    added_by integer NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT pk_attachment PRIMARY KEY (id),
    CONSTRAINT uq_attachment_place UNIQUE (place),
    CONSTRAINT fk_attachment_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id) ON DELETE CASCADE,
    CONSTRAINT fk_attachment_added_by FOREIGN KEY (added_by) REFERENCES agent (id)
);
CREATE INDEX ix_attachment_grievance_id ON attachment (grievance_id);
CREATE TABLE attachment_left (
    place varchar NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_attachment_left PRIMARY KEY (place)
);
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY attachment_desk ON attachment TO {DESK}
    USING (EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id))
    WITH CHECK (EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id));
GRANT SELECT, INSERT, DELETE ON attachment, attachment_left TO {DESK};
GRANT SELECT, DELETE ON attachment_left TO {WORKER};
GRANT USAGE ON SEQUENCE attachment_id_seq TO {DESK}
"""  # noqa: S608 - our own words

TRIGGERS = f"""
CREATE FUNCTION attachment_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    INSERT INTO attachment_left (place, at) VALUES (OLD.place, now()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER attachment_gone AFTER DELETE ON attachment FOR EACH ROW EXECUTE FUNCTION attachment_gone();
CREATE FUNCTION forget_attachments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    DELETE FROM attachment WHERE grievance_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER grievance_attachments AFTER UPDATE OF filing_key, sensitivity, category ON grievance FOR EACH ROW
    WHEN (NEW.filing_key = 'x' || NEW.id AND OLD.filing_key <> NEW.filing_key
        OR OLD.sensitivity = 'sensitive' AND NEW.sensitivity <> 'sensitive'
        OR NEW.category = 'abuse' AND OLD.category <> NEW.category)
    EXECUTE FUNCTION forget_attachments();
REVOKE ALL ON FUNCTION attachment_gone(), forget_attachments() FROM PUBLIC
"""  # noqa: S608
"""What is made nameless, passes out through the wall, or becomes a complaint of which the least is kept."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("DROP TRIGGER grievance_attachments ON grievance")
    op.execute("DROP TABLE attachment, attachment_left")
    op.execute("DROP FUNCTION attachment_gone(), forget_attachments()")
