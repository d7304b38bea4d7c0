"""What callers do at the screens, counted by day."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE screen_count (
            day date NOT NULL,
            screen varchar NOT NULL,
            language varchar(20) NOT NULL,
            entered integer NOT NULL,
            answered integer NOT NULL,
            wrong_key integer NOT NULL,
            went_back integer NOT NULL,
            dropped integer NOT NULL,
            timed_out integer NOT NULL,
            CONSTRAINT pk_screen_count PRIMARY KEY (day, screen, language)
        );
        CREATE TABLE task_count (
            day date NOT NULL,
            task varchar NOT NULL,
            language varchar(20) NOT NULL,
            finished integer NOT NULL,
            hops bigint NOT NULL,
            seconds double precision NOT NULL,
            CONSTRAINT pk_task_count PRIMARY KEY (day, task, language)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE task_count, screen_count")
