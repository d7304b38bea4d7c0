"""What a restored database is told of itself: SMS have left since that it does not know of.

Every departure of a request takes a number from a sequence, and the highest is kept outside the database too
(`sms.outbox.high_water`). A database that is behind it, or stands in another cluster than before, was restored.
"""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from core.platform.columns import TableRow, one_of, stamped
from core.text.words import COMMAND, DESK, Word, called


class RestorationSign(Word):
    """What showed that the database comes from a back-up."""

    SAID = "said"
    OTHER_CLUSTER = "other_cluster"
    BEHIND = "behind"


called(
    RestorationSign,
    DESK,
    {
        RestorationSign.SAID: "dit par l'exploitant",
        RestorationSign.OTHER_CLUSTER: "la base est sur un autre serveur PostgreSQL",
        RestorationSign.BEHIND: "des SMS sont partis que la base ne connaît pas",
    },
)
called(
    RestorationSign,
    COMMAND,
    {
        RestorationSign.SAID: "said so",
        RestorationSign.OTHER_CLUSTER: "the database is in another cluster",
        RestorationSign.BEHIND: "SMS left that the database does not know of",
    },
)


class Restoration(TableRow, table=True):
    """A restoration that was found, and when somebody let SMS go on (`ended_at`): until then none leaves.

    `departures` are how many requests the database knew of, `known` how many somebody else did. `uncertain` messages
    may have left since the back-up, and `paused` campaigns were under way.
    """

    __tablename__ = "restoration"

    id: int | None = Field(default=None, primary_key=True)
    sign: RestorationSign = Field(sa_type=one_of(RestorationSign))
    at: datetime = stamped()
    departures: int = Field(sa_type=BigInteger)
    known: int = Field(sa_type=BigInteger)
    uncertain: int
    paused: int
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="agent.id")
