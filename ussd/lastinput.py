"""USSD gateways that post the last input alone, as JSON over HTTP: what they call things is a file of names.

`docs/operators.md` has an example of the file. A name may lead into objects: `request.session`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from core.calls.session_end import SessionOutcome
from core.numbers.msisdn import BadNumber, calling
from core.platform.gateways import Trial
from core.platform.settings import Settings, WrongSetting
from core.platform.webhooks import JSON, Posting, Take, WebhookRefused
from ussd.gateway import CALLBACK, SessionEnding, UssdGateway, UssdLine
from ussd.hops import Hop, LastInput, Reply, behind
from ussd.sample_calls import SampleCall, SamplePosting

NAME: Final = "lastinput"
SETTING: Final = "JIGI_LASTINPUT_FILE"
LONGEST_ID: Final = 128


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReplyFields(_Named):
    """How a page is answered: the field of its text, that of whether the call goes on with both its values, and which
    fields of the request are given back."""

    text: str
    action: str
    goes_on: str | bool | int
    ends: str | bool | int
    back: tuple[str, ...] = ()

    def read(self, body: bytes) -> Reply:
        """The page in an answer; raises ValueError for what is none, LookupError for one that lacks a field."""
        whole = json.loads(body)
        if not isinstance(whole, Mapping) or not isinstance(text := _at(whole, self.text), str):
            raise LookupError(self.text)
        return Reply(text, ends=_at(whole, self.action) == self.ends)


class RequestFields(_Named):
    """What a posting calls things. `kind` is the field whose values say what it is; those of no list are refused."""

    session: str
    number: str
    input: str
    kind: str
    begin: tuple[str, ...]
    answer: tuple[str, ...]
    finished: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    timed_out: tuple[str, ...] = ()
    sequence: str | None = None
    """The field of the hop's number; none where there is none that counts."""

    dialled: Literal["code", "rest"] = "code"
    """Whether the first input has the code before what stood behind it."""

    reply: ReplyFields = Field()

    def posting(self, kind: str, session_id: str, number: str, typed: str, sequence: int) -> dict[str, Any]:
        """What the gateway posts: one hop, or an end."""
        posted: dict[str, Any] = {}
        for name, value in ((self.session, session_id), (self.number, number), (self.input, typed), (self.kind, kind)):
            _put(posted, name, value)
        if self.sequence:
            _put(posted, self.sequence, str(sequence))
        return posted

    def outcome(self, kind: str) -> SessionOutcome | None:
        """How a session ended, None for a kind that ends none."""
        ends = {
            SessionOutcome.FINISHED: self.finished,
            SessionOutcome.CUT: self.cut,
            SessionOutcome.TIMED_OUT: self.timed_out,
        }
        return next((outcome for outcome, kinds in ends.items() if kind in kinds), None)


class LastInputCalls(UssdGateway):
    """The gateway, over HTTP."""

    name: ClassVar[str] = NAME
    callback_names: ClassVar[Sequence[str]] = (CALLBACK,)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._fields = read_fields(settings)

    def callbacks(self, line: UssdLine) -> Mapping[str, Take]:
        """Take hops and the ends of sessions, which come to one path."""

        async def take(posting: Posting) -> Response:
            fields, whole = self._fields, posting.json()
            kind, session_id = _text(whole, fields.kind), _session_id(whole, fields)
            outcome = fields.outcome(kind)
            if outcome is not None:
                await line.ended(SessionEnding(NAME, session_id, _number_or_none(whole, fields), outcome))
                return JSONResponse({})
            typed = self._typed(whole, kind)
            reply = await line.answer(Hop(NAME, session_id, _number(whole, fields), typed, posting.accepted))
            return JSONResponse(_answered(whole, fields.reply, reply))

        return {CALLBACK: take}

    async def trials(self) -> Sequence[Trial]:
        """The file of names was read; the gateway is never asked: it calls us."""
        return (
            Trial(
                True,
                f"{SETTING} can be read; whether the gateway reaches us shows when somebody dials.",
                f"{SETTING} se lit ; que la passerelle nous atteigne se voit quand quelqu'un compose.",
            ),
        )

    def sample_call(self, session_id: str, msisdn: str) -> SampleCall | None:
        """A dial, and that it was left, where the gateway tells so."""
        fields = self._fields
        dialled = self._settings.service_code if fields.dialled == "code" else ""
        hop = fields.posting(fields.begin[0], session_id, msisdn, dialled, 0)
        ends = [fields.posting(kind, session_id, msisdn, "", 1) for kind in (*fields.cut, *fields.timed_out)]
        return SampleCall(_sample(hop), _sample(ends[0]) if ends else None, fields.reply.read)

    def _typed(self, whole: Mapping[str, object], kind: str) -> LastInput:
        fields = self._fields
        sequence = _sequence(whole, fields)
        typed = _text(whole, fields.input)
        if kind in fields.begin:
            code = self._settings.service_code if fields.dialled == "code" else ""
            return LastInput(behind(typed, code), sequence, begins=True)
        if kind in fields.answer:
            return LastInput(typed, sequence)
        raise WebhookRefused(400, f"{fields.kind}: unknown")


def read_fields(settings: Settings) -> RequestFields:
    """The names in the file of the settings; raises WrongSetting."""
    path = settings.lastinput_file
    if path is None:
        raise WrongSetting(
            f"{SETTING} is not set: what the gateway {NAME} calls its fields is not known.",
            f"{SETTING} n'est pas réglé : on ne sait pas comment la passerelle {NAME} nomme ses champs.",
        )
    try:
        return RequestFields.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WrongSetting(
            f"{SETTING}: {path} cannot be read: {error.strerror}.",
            f"{SETTING} : {path} ne se lit pas : {error.strerror}.",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise WrongSetting(
            f"{SETTING}: {path}: {where or 'the file'}: {first['msg']}.",
            f"{SETTING} : {path} : {where or 'le fichier'} : {first['msg']}.",
        ) from None


def _sample(posted: Mapping[str, object]) -> SamplePosting:
    return SamplePosting(CALLBACK, json.dumps(posted).encode(), JSON)


def _at(whole: Mapping[str, object], name: str) -> object:
    """What stands under a name, None for nothing."""
    value: object = whole
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(whole: Mapping[str, object], name: str) -> str:
    value = _at(whole, name)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _session_id(whole: Mapping[str, object], fields: RequestFields) -> str:
    session_id = _text(whole, fields.session)
    if not 0 < len(session_id) <= LONGEST_ID or not session_id.isascii() or not session_id.isprintable():
        raise WebhookRefused(400, f"{fields.session}: 1 to {LONGEST_ID} printable ASCII characters")
    return session_id


def _number(whole: Mapping[str, object], fields: RequestFields) -> str:
    try:
        return calling(_text(whole, fields.number))
    except BadNumber:
        raise WebhookRefused(400, f"{fields.number}: no telephone number") from None


def _number_or_none(whole: Mapping[str, object], fields: RequestFields) -> str:
    try:
        return _number(whole, fields)
    except WebhookRefused:
        return ""


def _sequence(whole: Mapping[str, object], fields: RequestFields) -> int | None:
    text = _text(whole, fields.sequence) if fields.sequence else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _answered(whole: Mapping[str, object], fields: ReplyFields, reply: Reply) -> dict[str, Any]:
    answered: dict[str, Any] = {}
    for name in fields.back:
        _put(answered, name, _at(whole, name))
    _put(answered, fields.text, reply.text)
    _put(answered, fields.action, fields.ends if reply.ends else fields.goes_on)
    return answered


def _put(answered: dict[str, Any], name: str, value: object) -> None:
    *into, last = name.split(".")
    for part in into:
        answered = answered.setdefault(part, {})
    answered[last] = value
