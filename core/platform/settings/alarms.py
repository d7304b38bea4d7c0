"""Who on call is told that something stands still, and how."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt, SecretStr
from pydantic_settings import BaseSettings

from core.platform.settings.types import Rates, Words


class AlarmSettings(BaseSettings):
    """Alarms by SMS and by mail: a campaign paused by itself, a low balance, a worker gone, reports that stopped."""

    alarm_phones: Words = Field(
        default=(),
        description="Numbers that get an SMS when something stands still, and when it is over: `76000001,66000002`. "
        "They go by a gateway of the routes that takes SMS, another one than that of the alarm where there is one.",
    )
    alarm_mail_to: Words = Field(default=(), description="Who gets a mail of it: `astreinte@example.org`.")
    alarm_mail_from: str = Field(default="jigi@localhost", description="Who the mail comes from.")
    alarm_smtp_host: str = Field(default="", description="The mail server. Empty: no mail is sent.")
    alarm_smtp_port: PositiveInt = Field(
        default=587,
        description="Its port: 465 speaks TLS at once, others after STARTTLS; 25 and this machine's own also without.",
    )
    alarm_smtp_user: str = Field(default="", description="Who signs in at the mail server. Empty: nobody does.")
    alarm_smtp_password: SecretStr = Field(default=SecretStr(""), description="With which password.")
    report_mail_to: Words = Field(
        default=(),
        description="Who gets the report of complaints by mail: numbers alone, of the whole country. Empty: nobody.",
    )
    report_every: Literal["week", "month"] = Field(
        default="week", description="How often: `week` (on Monday) or `month` (on the first), from seven o'clock on."
    )
    report_desk: str = Field(
        default="", description="Address of the desk that the report names, e.g. `https://jigi.example.org/desk`."
    )
    alarm_balances: Rates = Field(
        default={},
        description="Below what balance of a gateway somebody is told, SMS or money as it counts: "
        "`gateway=5000,other=100000`. Others: once nothing is left.",
    )
    alarm_worker_minutes: PositiveInt = Field(
        default=5, description="Minutes of silence of a worker after which somebody is told."
    )
    alarm_reports_minutes: PositiveInt = Field(
        default=60, description="Minutes without any delivery report of a gateway after which somebody is told."
    )
    alarm_reports_messages: NonNegativeInt = Field(
        default=50,
        description="So many SMS at least have to wait for a report meanwhile; 0: nobody is told of reports.",
    )
