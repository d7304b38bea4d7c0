"""SPDCI: messages of partners, what we asked that is answered later, and what a beneficiary registry may read."""

from typing import Final

from alembic import op

from core.schema.migrations.versions.r0017_roles import OF_A_HOUSEHOLD, OF_A_PAYMENT, WITHIN_SCOPE, WORKER
from core.schema.migrations.versions.r0046_keys_of_systems import API

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLES: Final = f"""
CREATE TABLE spdci_message (
    id bigserial NOT NULL,
    system varchar(32) NOT NULL,
    message_id varchar(99) NOT NULL,
    action varchar NOT NULL,
    transaction_id varchar(99) NOT NULL,
    correlation_id varchar(99) NOT NULL,
    outcomes jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    reply jsonb,
    reply_action varchar,
    reply_path varchar,
    attempts smallint NOT NULL,
    next_at timestamptz,
    replied_at timestamptz,
    CONSTRAINT pk_spdci_message PRIMARY KEY (id),
    CONSTRAINT uq_spdci_message_system_message_id UNIQUE (system, message_id)
);
CREATE INDEX ix_spdci_message_transaction ON spdci_message (system, transaction_id);
CREATE INDEX ix_spdci_message_due ON spdci_message (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_spdci_message_received_at ON spdci_message (received_at);
CREATE TABLE spdci_asking (
    id bigserial NOT NULL,
    partner varchar(32) NOT NULL,
    action varchar NOT NULL,
    token_digest varchar(64) NOT NULL,
    transaction_id varchar(99) NOT NULL,
    correlation_id varchar(99),
    state varchar(20) NOT NULL,
    fault varchar(60),
    codes varchar[] NOT NULL,
    batches bigint[] NOT NULL,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT pk_spdci_asking PRIMARY KEY (id),
    CONSTRAINT uq_spdci_asking_token_digest UNIQUE (token_digest),
    CONSTRAINT ck_spdci_asking_state CHECK (state IN ('sent', 'taken', 'answered', 'subscribed', 'unsubscribed',
        'rejected', 'failed'))
);
ALTER TABLE spdci_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY spdci_message_api ON spdci_message TO {API} USING (system = (SELECT claimed_system()));
CREATE POLICY spdci_message_tasks ON spdci_message TO {WORKER} USING (true) WITH CHECK (true);
GRANT INSERT, SELECT (id, system, message_id, action, transaction_id, correlation_id, outcomes, received_at, next_at,
    replied_at) ON spdci_message TO {API};
GRANT USAGE ON SEQUENCE spdci_message_id_seq TO {API}, {WORKER};
GRANT SELECT, INSERT, UPDATE, DELETE ON spdci_message TO {WORKER};
GRANT SELECT, INSERT, UPDATE, DELETE ON spdci_asking TO {WORKER};
GRANT USAGE ON SEQUENCE spdci_asking_id_seq TO {WORKER};
GRANT SELECT (id, system, scopes, scope_kind, scope_code, expires_at, withdrawn_at) ON api_key TO {WORKER};
GRANT USAGE ON SEQUENCE import_batch_id_seq TO {WORKER};

GRANT SELECT (status_reason) ON household TO {API};
GRANT SELECT (hour, reason) ON payment TO {API};
GRANT SELECT (payment_id, moved_at, old_day, new_day) ON payment_move TO {API};
GRANT SELECT (household_id, component, since, ended) ON enrolment TO {API};
CREATE POLICY enrolment_api ON enrolment FOR SELECT TO {API}
    USING ((SELECT key_may('enrolments:read')) AND {OF_A_HOUSEHOLD});
CREATE POLICY payment_move_api ON payment_move FOR SELECT TO {API}
    USING ((SELECT key_may('enrolments:read')) AND {OF_A_PAYMENT});
CREATE POLICY household_spdci ON household FOR SELECT TO {API}
    USING ((SELECT key_may('enrolments:read')) AND {WITHIN_SCOPE});
CREATE POLICY payment_spdci ON payment FOR SELECT TO {API}
    USING ((SELECT key_may('enrolments:read')) AND {OF_A_HOUSEHOLD})
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    for policy, table in (
        ("payment_spdci", "payment"), ("household_spdci", "household"), ("payment_move_api", "payment_move"),
        ("enrolment_api", "enrolment"),
    ):  # fmt: skip
        op.execute(f"DROP POLICY {policy} ON {table}")
    for granted in (
        f"ALL ON enrolment, payment_move FROM {API}",
        f"SELECT (hour, reason) ON payment FROM {API}",  # noqa: S608
        f"SELECT (status_reason) ON household FROM {API}",  # noqa: S608
        f"ALL ON api_key FROM {WORKER}",
        f"ALL ON SEQUENCE import_batch_id_seq FROM {WORKER}",
    ):
        op.execute(f"REVOKE {granted}")
    op.execute("DROP TABLE spdci_asking, spdci_message")
