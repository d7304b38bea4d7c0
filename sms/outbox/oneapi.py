"""The forms of the OneAPI family, which operators' SMS APIs are made after: errors, receipts and messages as JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.numbers.msisdn import BadNumber, calling
from core.platform.webhooks import Posting, WebhookRefused

ID: Final = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class OneApiReceipt:
    """A receipt: the id of the request, the number ('' where it cannot be read: the id finds it), and a status."""

    message_id: str
    msisdn: str
    status: str


@dataclass(frozen=True, slots=True)
class OneApiMessage:
    """A message that somebody wrote, with its id."""

    message_id: str
    sender: str
    words: str


def request_id(content: bytes) -> str | None:
    """The id of a message that was taken, the last part of its address; None where it has none.

    Raises ValueError for an answer that tells of no message.
    """
    try:
        resource = json.loads(content)["outboundSMSMessageRequest"].get("resourceURL")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("an answer that tells of no message") from error
    last = str(resource or "").rstrip("/").rpartition("/")[2]
    return last if ID.fullmatch(last) else None


def error_code(content: bytes) -> str:
    """The code of an error, '' where there is none that can be read; its words may name somebody and are left."""
    try:
        (error,) = json.loads(content)["requestError"].values()
        return str(error["messageId"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def receipt(posting: Posting) -> OneApiReceipt:
    """The receipt that was posted; raises WebhookRefused without an id."""
    notice = _member(posting.json(), "deliveryInfoNotification")
    listed = notice.get("deliveryInfo")
    info = listed[0] if isinstance(listed, list) and listed else listed
    info = info if isinstance(info, Mapping) else {}
    address, status = info.get("address"), info.get("deliveryStatus")
    return OneApiReceipt(_id(notice.get("callbackData")), _number_or_none(address), str(status))


def message(posting: Posting) -> OneApiMessage:
    """The message that was posted; raises WebhookRefused without an id."""
    written = _member(_member(posting.json(), "inboundSMSMessageNotification"), "inboundSMSMessage")
    sender, words = written.get("senderAddress"), written.get("message")
    return OneApiMessage(_id(written.get("messageId")), str(sender or "")[:40], str(words or ""))


def _member(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    member = whole.get(name)
    if not isinstance(member, Mapping):
        raise WebhookRefused(400, f"{name}: a JSON object")
    return member


def _id(value: object) -> str:
    """An id, bare or as the last part of an address."""
    text = str(value or "").rpartition("/")[2]
    if not ID.fullmatch(text):
        raise WebhookRefused(400, "an id: 1 to 128 printable ASCII characters")
    return text


def _number_or_none(address: object) -> str:
    try:
        return calling(str(address or ""))
    except BadNumber:
        return ""
