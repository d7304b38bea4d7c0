"""Everything an operator can set, read once from the environment (`JIGI_…`)."""

import os
from collections.abc import Iterable
from datetime import time
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from dotenv import dotenv_values
from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.platform.errors import JigiError
from core.platform.setting_types import Days, Hours, Networks, Parts, Rates, Window, Words


class Settings(BaseSettings):
    """The settings of one Jigi process; each is documented in `docs/operators.md` from its description here."""

    model_config = SettingsConfigDict(env_prefix="JIGI_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        default="",
        description="PostgreSQL, as a libpq URL, of one host or several (`postgresql://jigi@h1:5432,h2:5432/jigi"
        "?target_session_attrs=read-write`), directly or through PgBouncer. Empty: Jigi starts its own.",
    )
    database_direct_url: str = Field(
        default="",
        description="PostgreSQL past the pooler, for migrations, COPY, LISTEN and locks of a session. "
        "Empty: the same as JIGI_DATABASE_URL, which is then no pooler's.",
    )
    database_read_url: str = Field(
        default="",
        description="A PostgreSQL to read figures, reports and exports from, e.g. a standby. Empty: the same.",
    )
    desk_database_url: str = Field(
        default="",
        description="The same database, signed in to with the desk's own role (`jigi_desk`). Empty: JIGI_DATABASE_URL, "
        "and the role is entered for each transaction.",
    )
    sign_in_database_url: str = Field(
        default="",
        description="The same for sign-in at the desk and the people who work there (`jigi_sign_in`). "
        "Empty: JIGI_DATABASE_URL.",
    )
    worker_database_url: str = Field(
        default="",
        description="The same for `jigi worker`, and for imports and plans at the desk (`jigi_worker`). "
        "Empty: JIGI_DATABASE_URL.",
    )
    owner_database_url: str = Field(
        default="",
        description="The same for `jigi db` and the commands of the shell, past a pooler: the owner of the tables. "
        "Empty: JIGI_DATABASE_DIRECT_URL, else JIGI_DATABASE_URL.",
    )
    redis_url: str = Field(
        default="",
        description="Redis or Valkey: redis://, rediss://, unix://, valkey://, redis+sentinel://h1,h2,h3/service or "
        "redis+cluster://h1,h2,h3. Empty: Jigi starts its own.",
    )
    data_dir: Path = Field(default=Path(".jigi"), description="Folder of Jigi's own PostgreSQL and Redis.")
    database_pool: PositiveInt = Field(
        default=10, description="PostgreSQL connections of one web process for reading; half as many more for writing."
    )

    callback_tokens: Words = Field(
        default=(),
        description="Unguessable words in the callback paths, comma-separated; any one is accepted, so they can be "
        "rotated. None: every callback answers 404.",
    )
    callback_networks: Networks = Field(
        default=(),
        description="Where gateways call from, networks or addresses, comma-separated (`203.0.113.0/24,2001:db8::1`); "
        "any other gets 404. Behind a proxy it has to tell the caller's address. Empty: from anywhere.",
    )
    ussd_gateways: Words = Field(
        default=("africastalking",), description="The USSD gateways that may call, comma-separated: africastalking."
    )
    service_code: str = Field(
        default="*384*1234#", description="The code people dial, as shown to them, e.g. *384*1234#."
    )
    only: Parts = Field(
        default=(), description="What this process serves: line, sms, desk, separated by commas. Empty: all three."
    )
    hosts: Words = Field(
        default=(),
        description="Names by which this server is asked for, separated by commas; `*.name` is all below one. "
        "Empty: any.",
    )
    simulator: bool = Field(
        default=False, description="Whether /simulator, the telephone to try the line with, is there."
    )
    step_seconds: PositiveFloat = Field(
        default=3.0, description="Deadline of one USSD step; past it the call ends in words."
    )
    most_hops: PositiveInt = Field(
        default=500,
        description="USSD hops a process answers at a time; who dials beyond them is told to call again, calls under "
        "way go on.",
    )
    body_bytes: PositiveInt = Field(
        default=16 * 1024, description="Largest callback body taken; a larger one gets 413."
    )
    alphabet: Literal["gsm7", "ucs2"] = Field(default="gsm7", description="What the operator carries: gsm7 or ucs2.")
    session_seconds: PositiveInt = Field(
        default=600, description="How long a dropped call can be continued, in seconds."
    )
    count_seconds: NonNegativeInt = Field(
        default=15,
        description="How often what callers do at screens is written down, in seconds; 0: it is not counted.",
    )
    typed_inputs: PositiveInt = Field(default=120, description="Most inputs of one call; more end it in words.")

    desk_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs the desk's forms, the same for all web processes. Empty: one is drawn at each start.",
    )
    desk_totp: bool = Field(default=True, description="Whether everybody signs in to the desk with a second factor.")
    desk_tries: PositiveInt = Field(
        default=5,
        description="Wrong passwords in a row after which a source waits; wrong codes that lock a login.",
    )
    desk_lock_minutes: PositiveInt = Field(default=15, description="Minutes that a source, or a login, waits then.")
    desk_idle_minutes: PositiveInt = Field(default=30, description="Minutes unused after which a desk session ends.")
    desk_session_hours: PositiveInt = Field(
        default=10, description="Hours after which a desk session ends, used or not."
    )
    desk_untouched_minutes: PositiveInt = Field(
        default=60, description="Minutes after which a case that was taken and not touched goes back to the queue."
    )
    desk_form_bytes: PositiveInt = Field(default=256 * 1024, description="Largest form the desk takes.")
    desk_upload_bytes: PositiveInt = Field(
        default=8 * 1024 * 1024, description="Largest import file the desk takes; larger ones go by `jigi import`."
    )

    encryption_recipients: Words = Field(
        default=(),
        description="Public keys of age (`age1…`), comma-separated, for which the words of sensitive complaints and "
        "the secrets of second factors are encrypted; every process has them. Empty (a demonstration's alone): they "
        "are not.",
    )
    desk_identities: SecretStr = Field(
        default=SecretStr(""),
        description="Keys of age (`AGE-SECRET-KEY-1…`), comma-separated, that decrypt them: the desk's processes have "
        "them, no other.",
    )
    dump_recipients: Words = Field(
        default=(),
        description="Public keys of age for which `jigi db dump` encrypts; their own keys are on no server. "
        "Empty: JIGI_ENCRYPTION_RECIPIENTS.",
    )

    import_loss_share: NonNegativeFloat = Field(
        default=0.1,
        description="Share of a file's rows above which what it takes away (phones, enrolments, pay days, households "
        "that are suspended or leave) holds the import up until its number is confirmed.",
    )
    phone_crowd: PositiveInt = Field(
        default=20,
        description="Most households that one number can be the phone of. Beyond, it is nobody's: an import tells of "
        "it, the line names none of them to who calls from it, and a campaign counts them as not reached.",
    )
    locks_alarm: PositiveInt = Field(
        default=20, description="Households shut within an hour by wrong years, from which an error is logged."
    )
    line_filings_a_day: PositiveInt = Field(
        default=10, description="Complaints that one phone, or one household, may file on a day on the line."
    )
    line_secrets_a_day: PositiveInt = Field(default=10, description="The same of complaints that are kept secret.")
    line_calls_a_day: PositiveInt = Field(
        default=3, description="How often a day one phone, or one household, may ask on the line to be called."
    )
    line_changes_a_day: PositiveInt = Field(
        default=10, description="How often a day one phone may change its language, or whether it gets SMS."
    )

    corrections_need_second: bool = Field(
        default=False,
        description="Whether a correction of a household at the desk waits until another person approves it.",
    )

    payment_reply_days: PositiveInt = Field(
        default=30,
        description="Days after a payment in which the household is asked on the line whether the money came.",
    )

    contact_phones: Words = Field(
        default=("+223 20 22 16 15", "+223 20 22 16 17"), description="Telephones of the programme, comma-separated."
    )
    contact_address: str = Field(
        default="Bamako, Hamdallaye ACI 2000, Rue 329, Porte 120", description="Address of the programme."
    )
    contact_hours: Hours = Field(
        default=(), description="When these telephones are answered: from,to, e.g. 08:00,16:00. Empty: it is not said."
    )

    event_hours: PositiveInt = Field(
        default=4,
        description="Hours after its beginning at which a session, distribution or work day without an end in the file "
        "is over.",
    )

    grievance_ordinary: Days = Field(
        default=(2, 5), description="Ordinary grievances: working days to the first answer, to the decision."
    )
    grievance_special: Days = Field(
        default=(2, 10), description="Exclusion and inclusion: working days to the first answer, to the decision."
    )
    grievance_conduct: Days = Field(
        default=(1, 3), description="Conduct: working days to the first answer, to the decision."
    )
    grievance_abuse: Days = Field(
        default=(1, 2), description="Abuse: working days to the first answer, to the decision."
    )

    sms_routes: str = Field(
        default="*=africastalking",
        description="By which gateway SMS go, for each operator (orange, malitel, telecel) and `*` for the others: "
        "`orange=orange>africastalking,*=africastalking` (`>`: goes over to). This version sends by one gateway.",
    )
    sms_username: str = Field(default="sandbox", description="Africa's Talking's user name of the application.")
    sms_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Africa's Talking's key of the application. Empty: the gateway refuses every SMS.",
    )
    sms_gateway_url: str = Field(
        default="", description="Where the SMS gateway answers, e.g. a stand-in. Empty: Africa's Talking's own address."
    )
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
    sms_rate: NonNegativeFloat = Field(default=100.0, description="Most recipients a second, all workers; 0: no limit.")
    sms_operator_rates: Rates = Field(
        default={}, description="Most recipients a second of an operator: orange=50,malitel=30,telecel=10."
    )
    sms_attempts: PositiveInt = Field(
        default=3, description="Attempts for one number when the gateway fails for it alone (its codes 500 to 502)."
    )
    sms_retry_seconds: PositiveInt = Field(
        default=120, description="Wait before an attempt again, doubled each time; and after a 5xx, which costs none."
    )
    sms_second_number: bool = Field(
        default=True, description="Whether a campaign goes to the other number of a household too."
    )
    sms_part_price_xof: NonNegativeFloat = Field(
        default=0.0, description="Price of one SMS part in F CFA, for estimates. 0: not known, no cost is told."
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

    keep_journal_days: PositiveInt = Field(
        default=1,
        description="Days a call's journal (for replays), and how often a phone did what is bounded, are kept.",
    )
    keep_tries_days: PositiveInt = Field(
        default=30, description="Days are kept in which a household or a complaint was tried to be found by its number."
    )
    keep_gateway_sessions_days: PositiveInt = Field(
        default=400, description="Days the gateway's session statistics are kept."
    )

    keep_messages_days: PositiveInt = Field(
        default=400, description="Days SMS and their campaigns are kept after the last of them was planned."
    )
    keep_inbound_days: PositiveInt = Field(default=90, description="Days it is kept who wrote an SMS, never what.")
    keep_early_reports_days: PositiveInt = Field(
        default=7, description="Days a delivery report is kept that no message of ours has the id of."
    )

    keep_desk_sessions_days: PositiveInt = Field(
        default=90, description="Days it is kept when somebody was signed in at the desk."
    )

    keep_left_days: PositiveInt = Field(
        default=1095,
        description="Days after which a household that left, or was not taken, is made nameless; its payments stay as "
        "figures. Also how long a phone of no household keeps its language.",
    )
    keep_grievances_days: PositiveInt = Field(
        default=1825, description="Days after its decision in which a complaint has a name, a number and words."
    )
    keep_sensitive_days: PositiveInt = Field(
        default=730, description="The same for a sensitive complaint; no longer than the others."
    )
    keep_call_requests_days: PositiveInt = Field(
        default=90, description="Days whom to call is kept after a request that is over was made."
    )
    keep_accesses_days: PositiveInt = Field(
        default=1825, description="Days it is kept who read a sensitive complaint; that it was read stays."
    )
    keep_audit_days: int = Field(
        default=1825,
        ge=400,
        description="Days the audit trail is kept, 400 at the least; of what is older it keeps how often each act was "
        "done, and the seal it went on from.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")


class WrongSetting(JigiError, ValueError):
    """A setting that Jigi cannot start with; the message names it and says why, for the operator."""


class UnknownSetting(WrongSetting):
    """A `JIGI_` name is set that nothing reads; the message names it and the nearest that is."""


ENV_FILE: Final = "JIGI_ENV_FILE"
"""Names the file that settings are read from where the environment has none: `.env`; set and empty, no file is read."""

NOT_SETTINGS: Final = frozenset({"JIGI_LOGIN", "JIGI_SHOTS", ENV_FILE})
"""Names that a command or a tool reads for itself."""


def unknown_names(given: Iterable[str]) -> tuple[str, ...]:
    """The `JIGI_` names among those given that are no setting, sorted."""
    prefix = Settings.model_config["env_prefix"]
    names = {f"{prefix}{name}".upper() for name in Settings.model_fields} | NOT_SETTINGS
    return tuple(sorted({name.upper() for name in given if name.upper().startswith(prefix)} - names))


def _refuse_unknown(given: Iterable[str]) -> None:
    prefix = Settings.model_config["env_prefix"]
    names = [f"{prefix}{name}".upper() for name in Settings.model_fields]
    for name in unknown_names(given):
        nearest = get_close_matches(name, names, 1, 0.6)
        hint = f": did you mean {nearest[0]}?" if nearest else "; docs/operators.md lists those that are."
        raise UnknownSetting(f"{name} is no setting{hint}")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read on first use; raises UnknownSetting for a `JIGI_` name that nothing reads."""
    file = os.environ.get(ENV_FILE, ".env")
    _refuse_unknown([*os.environ, *(dotenv_values(file) if file else ())])
    return Settings(_env_file=file or None)  # type: ignore[call-arg]  # pydantic-settings takes it, unknown to mypy
