"""The notifier: when, how many and how fast."""

from datetime import time

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings

from core.platform.settings.types import Prices, Rates, Window


class SmsSettings(BaseSettings):
    """Hours, bounds, pace and costs of SMS."""

    sms_sender_id: str = Field(
        default="JIGISEME", max_length=11, description="Who SMS come from, 11 characters at most. Empty: the gateway's."
    )
    sms_short_code: str = Field(
        default="", description="The short code people can write to, where there is one. Empty: incoming SMS get 404."
    )
    sms_batch_size: PositiveInt = Field(default=100, le=1000, description="Most recipients in one request.")
    sms_in_flight: PositiveInt = Field(default=8, description="Requests a worker has under way at once.")
    sms_connect_seconds: PositiveFloat = Field(default=5.0, description="Wait for a connection to the gateway.")
    sms_answer_seconds: PositiveFloat = Field(
        default=30.0, description="Wait for the gateway's answer; past it, what was asked is uncertain."
    )
    sms_window: Window = Field(
        default=(time(8), time(19)),
        description="When SMS may go, in Bamako: from,to, the earlier hour first. Answers to somebody who is there now "
        "go at any hour.",
    )
    sms_most_a_day: PositiveInt = Field(
        default=3, description="Most SMS to one number a day, answers not counted, nor as many receipts."
    )
    notices_per_phone_a_day: PositiveInt = Field(
        default=12, description="Most single notices to one number a day, receipts and answers counted."
    )
    notices_per_household_a_day: PositiveInt = Field(
        default=20, description="Most single notices that speak of one household a day."
    )
    notices_a_day: PositiveInt = Field(
        default=50_000,
        description="Most single notices a day in all; beyond them an error is logged, and none is sent.",
    )
    sms_answers_a_day: PositiveInt = Field(default=10, description="Most answers to one number that writes, a day.")
    sms_rate: NonNegativeFloat = Field(
        default=100.0,
        description="Most SMS a second, all workers; by SMPP each part of a long one counts. 0: no limit.",
    )
    sms_operator_rates: Rates = Field(
        default={}, description="Most SMS a second of an operator, counted alike: orange=50,malitel=30,telecel=10."
    )
    sms_attempts: PositiveInt = Field(
        default=3, description="Attempts for one number when the gateway fails for it alone (its codes 500 to 502)."
    )
    sms_retry_seconds: PositiveInt = Field(
        default=120,
        description="Wait before an attempt again, doubled each time. A gateway that is not reached is let alone "
        "as long, at no cost.",
    )
    sms_dead_after: PositiveInt = Field(
        default=3,
        description="After how many SMS that an operator said were for no number a number is left out of campaigns and "
        "listed for correction, until something is heard of it.",
    )
    sms_second_number: bool = Field(
        default=True, description="Whether a campaign goes to the other number of a household too."
    )
    sms_part_price_xof: NonNegativeFloat = Field(
        default=0.0, description="Price of one SMS part in F CFA, for estimates. 0: not known, no cost is told."
    )
    sms_payment_parts: PositiveInt = Field(
        default=1,
        le=2,
        description="Most parts of an SMS of a payment, 1 or 2: what does not fit is left out, and the plan says so. "
        "What must be said (whose money, how much, when, where) may take more.",
    )
    sms_optout_reserve: NonNegativeInt = Field(
        default=30, description="Septets the gateway may add to the first SMS of a number (its opt-out words)."
    )
    sms_cap_xof: NonNegativeInt = Field(
        default=1_000_000, description="Estimated cost in F CFA beyond which a campaign needs a second approval."
    )
    sms_cap_parts: NonNegativeInt = Field(
        default=50_000, description="SMS parts beyond which a campaign needs a second approval, whatever they cost."
    )
    sms_budgets: Prices = Field(
        default={},
        description="What may be spent in a month in F CFA, for a programme by the code of its component and for all "
        "(`*`): `TM=2000000,*=3000000`. A campaign that passes one needs a second approval.",
    )
    sms_currency_rates: Prices = Field(
        default={"EUR": 655.957},
        description="F CFA for one unit of a currency that gateways bill in: `EUR=655.957,USD=600`. A bill in another "
        "one is told apart.",
    )
    sms_rules: bool = Field(
        default=True, description="Whether reminders, moved days and unclaimed money are told by themselves."
    )
    sms_rules_need_announcement: bool = Field(
        default=True,
        description="Whether such a campaign goes by itself only where people approved an announcement of its round; "
        "else it waits for an approval.",
    )
    sms_rule_wait_minutes: NonNegativeInt = Field(
        default=30, description="Minutes between the plan of such a campaign and its start, in which to stop it."
    )
    sms_after_cut: bool = Field(
        default=True, description="Whether the answer of a call that was cut before its end is sent by SMS."
    )
    sms_silent_hours: PositiveInt = Field(
        default=72, description="Hours after which a message without a delivery report counts as silent."
    )
    sms_uncertain_minutes: PositiveInt = Field(
        default=60, description="Minutes after which a supervisor is asked what to do with uncertain messages."
    )
    sms_worker_seconds: PositiveInt = Field(
        default=60, description="Seconds of silence after which a worker is taken for dead."
    )
