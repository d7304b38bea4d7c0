"""How USSD stands in SMPP: what an operator's gateway means by its numbers, as a setting says.

What each service operation is stands in SMPP 3.4, 5.3.2.44; who uses which, and where the session is, differs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Any, Final

import smpp34

from core.platform.settings import WrongSetting
from core.platform.smpp.options import SmppOption, octets_of, options_of
from core.text.short_messages import Coding, DefaultAlphabet, Octets, readable, written
from ussd.hops import LastInput, Reply, behind

SETTING: Final = "JIGI_SMPP_USSD_CONVENTION"
NO_SESSION: Final = "0"
"""The session of a gateway that names none: a phone has one call at a time."""


@unique
class UssdOperation(IntEnum):
    """ussd_service_op: what a message is in a session."""

    PSSR_INDICATION = 1
    USSR_REQUEST = 2
    PSSR_RESPONSE = 17
    USSR_CONFIRM = 18


@dataclass(frozen=True, slots=True)
class Heard:
    """What came: an input, or the end of a session (None); `session_id` is the gateway's own."""

    session_id: str
    typed: LastInput | None


@dataclass(frozen=True, slots=True)
class Convention:
    """How a gateway speaks.

    `begin` and `answer` are what somebody dials and types by, `page` and `last` what our pages go by. `session` is the
    option that the session's number stands in; in its_session_info also an end (`end_bit`), and the hop's number, which
    counts where it is `numbered`. `dialled` says whether the text of a first hop has the code before what stood behind
    it, `coding` is the data_coding of a page in the gateway's `alphabet`. `push` is what opens a session from our side,
    None where the gateway opens none.
    """

    begin: tuple[int, ...] = (UssdOperation.PSSR_INDICATION,)
    answer: tuple[int, ...] = (UssdOperation.USSR_CONFIRM,)
    page: int = UssdOperation.USSR_REQUEST
    last: int = UssdOperation.PSSR_RESPONSE
    session: SmppOption = SmppOption.ITS_SESSION_INFO
    end_bit: bool = False
    numbered: bool = True
    dialled: str = "code"
    coding: int = Coding.DEFAULT
    alphabet: DefaultAlphabet = DefaultAlphabet.GSM7
    push: int | None = None

    def heard(self, message: smpp34.DeliverSm, service_code: str) -> Heard | None:
        """What a message says, None where it is no hop and no end of a session."""
        options = options_of(message)
        operation = options.get(SmppOption.USSD_SERVICE_OP, b"")
        if not operation:
            return None
        number, ends = self._session(options)
        session_id = NO_SESSION if number is None else str(number)
        text = readable(octets_of(message), message.data_coding, self.alphabet)
        if operation[0] in self.begin:
            code = service_code if self.dialled == "code" else ""
            return Heard(session_id, LastInput(behind(text, code), self._sequence(options), begins=True))
        if ends:
            return Heard(session_id, None)
        if operation[0] in self.answer:
            return Heard(session_id, LastInput(text, self._sequence(options)))
        return None

    def page_of(self, hop: smpp34.DeliverSm, reply: Reply) -> smpp34.SubmitSm:
        """The page for a hop, as it goes out."""
        octets = written(reply.text, self.alphabet)
        operation = bytes((self.last if reply.ends else self.page,))
        options = [SmppOption.USSD_SERVICE_OP.of(operation), *self._session_of(options_of(hop), ends=reply.ends)]
        return smpp34.SubmitSm(
            hop.destination_addr,
            hop.source_addr,
            octets.whole,
            service_type=hop.service_type,
            source_addr_ton=hop.dest_addr_ton,
            source_addr_npi=hop.dest_addr_npi,
            dest_addr_ton=hop.source_addr_ton,
            dest_addr_npi=hop.source_addr_npi,
            data_coding=self._coding(octets),
            tlvs=options,
        )

    def opening(self, text: str, service_code: str, msisdn: str) -> smpp34.SubmitSm | None:
        """The page that opens a session on a phone (E.164); None where the gateway opens none from our side."""
        if self.push is None:
            return None
        octets = written(text, self.alphabet)
        return smpp34.SubmitSm(
            service_code,
            msisdn.lstrip("+"),
            octets.whole,
            service_type="USSD",
            dest_addr_ton=1,
            dest_addr_npi=1,
            data_coding=self._coding(octets),
            tlvs=[SmppOption.USSD_SERVICE_OP.of(bytes((self.push,)))],
        )

    def _coding(self, octets: Octets) -> int:
        return self.coding if octets.coding == Coding.DEFAULT else octets.coding

    def _session(self, options: Mapping[int, bytes]) -> tuple[int | None, bool]:
        """The session's number, and whether it ends."""
        value = options.get(self.session, b"")
        if self.session is SmppOption.ITS_SESSION_INFO:
            return (value[0], bool(value[1] & 1)) if len(value) == 2 else (None, False)
        info = options.get(SmppOption.ITS_SESSION_INFO, b"")
        return int.from_bytes(value, "big") if value else None, len(info) == 2 and bool(info[1] & 1)

    def _sequence(self, options: Mapping[int, bytes]) -> int | None:
        value = options.get(SmppOption.ITS_SESSION_INFO, b"")
        return value[1] >> 1 if self.numbered and len(value) == 2 else None

    def _session_of(self, options: Mapping[int, bytes], *, ends: bool) -> Iterator[smpp34.Tlv]:
        """The session as a page bears it: as the hop did, with the bit of the end where that is how a session ends."""
        reference = options.get(SmppOption.USER_MESSAGE_REFERENCE)
        if self.session is SmppOption.USER_MESSAGE_REFERENCE and reference:
            yield SmppOption.USER_MESSAGE_REFERENCE.of(reference)
        info = options.get(SmppOption.ITS_SESSION_INFO, b"")
        bit = ends and self.end_bit
        if len(info) == 2 or bit:
            number, sequence = info if len(info) == 2 else (0, 0)
            yield SmppOption.ITS_SESSION_INFO.of(bytes((number, sequence & 0xFE | int(bit))))


PRESETS: Final = {
    "pssr": Convention(),
    "ussr": Convention(last=UssdOperation.USSR_REQUEST, end_bit=True),
}
"""Every last page a PSSR response, or every page a USSR request and a bit for the end."""


def _operation(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 255:
        raise ValueError(text)
    return number


def _operations(text: str) -> tuple[int, ...]:
    return tuple(_operation(each) for each in text.split("+"))


def _one_of(words: dict[str, object]) -> Callable[[str], object]:
    return lambda text: words[text]


READERS: Final[dict[str, Callable[[str], object]]] = {
    "begin": _operations,
    "answer": _operations,
    "page": _operation,
    "push": lambda text: None if text == "no" else _operation(text),
    "last": _operation,
    "session": _one_of(
        {each.name.lower(): each for each in (SmppOption.ITS_SESSION_INFO, SmppOption.USER_MESSAGE_REFERENCE)}
    ),
    "end_bit": _one_of({"yes": True, "no": False}),
    "numbered": _one_of({"yes": True, "no": False}),
    "dialled": _one_of({"code": "code", "rest": "rest"}),
    "alphabet": _one_of({each.value: each for each in DefaultAlphabet}),
    "coding": _one_of({"0": Coding.DEFAULT, "15": Coding.USSD}),
}


def read_convention(text: str) -> Convention:
    """The convention in a setting, `pssr,last=2,answer=18+1`; raises WrongSetting."""
    preset, *others = (part.strip() for part in text.split(","))
    if preset not in PRESETS:
        raise WrongSetting(
            f"{SETTING}: there is no {preset!r}; there are {', '.join(PRESETS)}.",
            f"{SETTING} : {preset!r} n'existe pas ; il y a {', '.join(PRESETS)}.",
        )
    chosen: dict[str, Any] = {}
    for part in others:
        name, _, value = part.partition("=")
        try:
            chosen[name] = READERS[name](value)
        except (KeyError, ValueError):
            raise WrongSetting(
                f"{SETTING}: {part!r} cannot be read; docs/operators.md has what can be.",
                f"{SETTING} : {part!r} ne se lit pas ; docs/operators.md dit ce qui se lit.",
            ) from None
    return replace(PRESETS[preset], **chosen)
