"""Which reports went by mail."""

from datetime import date, datetime

from sqlmodel import Field

from core.platform.columns import TableRow


class ReportMail(TableRow, table=True):
    """The report of a period, by what it spans and its first day, was given to the mail server, or was about to be."""

    __tablename__ = "report_mail"

    span: str = Field(primary_key=True)
    period: date = Field(primary_key=True)
    at: datetime
