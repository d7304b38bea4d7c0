"""A person who dials from any number, without a screen between: the line and the SMS over HTTP."""

import re
import time
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

import httpx

CALLBACK: Final = re.compile(r'"callback": "(/ussd/[^"]+)"')
ASKS_LANGUAGE: Final = "Choisissez la langue"
GOES_ON: Final = "1 Début"
OPTION: Final = re.compile(r"\d+ ")
CODE: Final = "*384*1234#"


class LineCaller:
    """One caller, by the same callback and inbox as the telephone of the simulator."""

    def __init__(self, address: str, msisdn: str) -> None:
        self.msisdn = msisdn
        self._http = httpx.Client(base_url=address, trust_env=False, timeout=20)
        callback = CALLBACK.search(self._http.get("/simulator").text)
        assert callback, "the simulator tells its callback"
        self._callback = callback[1]
        self.shown = ""
        self._session = ""
        self._typed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def dial(self, *keys: str) -> str:
        """Call and answer pages one after the other; the last page."""
        self._session, self._typed = f"ATUid_{uuid4().hex}", []
        self.shown = self._hop()
        return self.press(*keys)

    def dial_deep(self, *keys: str) -> str:
        """Call with the keys behind the code, all at once; the page where that leads."""
        self._session, self._typed = f"ATUid_{uuid4().hex}", [*keys]
        self.shown = self._hop()
        return self.shown

    def home(self, *keys: str) -> str:
        """Call in French, past what the last call left, and answer the first page and those after it."""
        if ASKS_LANGUAGE in self.dial():
            self.press("2")
        if GOES_ON in self.shown:
            self.press("1")
        return self.press(*keys)

    def press(self, *keys: str) -> str:
        """Answer pages one after the other; the last one."""
        for key in keys:
            self._typed.append(key)
            self.shown = self._hop()
        return self.shown

    def pick(self, *options: str) -> str:
        """Press the keys of the options that hold these words, page after page."""
        for words in options:
            offered = next((line for line in self.shown.splitlines() if OPTION.match(line) and words in line), None)
            assert offered, f"no option {words!r}: {self.shown}"
            self.press(offered.partition(" ")[0])
        return self.shown

    def _hop(self) -> str:
        form = {
            "sessionId": self._session, "serviceCode": CODE, "phoneNumber": self.msisdn, "networkCode": "61001",
            "text": "*".join(self._typed),
        }  # fmt: skip
        answer = self._http.post(self._callback, data=form)
        assert answer.status_code == 200, answer.text
        return answer.text.partition(" ")[2]

    def messages(self) -> list[str]:
        """The SMS that came, the oldest first."""
        inbox = self._http.get("/simulator/inbox", params={"msisdn": self.msisdn}).json()
        return [each["text"] for each in inbox]

    def sms(self, holding: str, seconds: float = 30) -> str:
        """The newest SMS that holds these words, once it is there."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for text in reversed(self.messages()):
                if holding in text:
                    return text
            time.sleep(0.2)
        raise AssertionError(f"no SMS with {holding!r} came: {self.messages()}")
