"""Whom to call, a line for each: who is near a commune, and the programme itself."""

from collections.abc import Sequence
from datetime import time

from core.numbers.msisdn import BadNumber, local, parse
from core.places.contacts import NearContacts
from core.platform.settings.in_force import in_force
from core.text.translator import Translator


def contacts_told(translator: Translator, near: NearContacts) -> list[str]:
    """Who is near, the nearest first, then the programme; where nobody near is known, also where the programme is."""
    lines = _near(translator, near)
    return [*lines, *_programme(translator), *([] if lines else _address(translator))]


def _near(translator: Translator, near: NearContacts) -> list[str]:
    lines = []
    if near.committee_phone:
        lines.append(translator.t("Committee: {phone}", phone=local(near.committee_phone)))
    if near.town_hall_phone:
        line = translator.t("Town hall: {phone}", phone=local(near.town_hall_phone))
        lines.append(_with_hours(translator, line, near.town_hall_hours))
    if near.agency_phone:
        lines.append(_agency(translator, near.agency_name, local(near.agency_phone)))
    return lines


def _programme(translator: Translator) -> list[str]:
    chosen = in_force()
    if not chosen.contact_phones:
        return []
    phones = ", ".join(map(_read_out, chosen.contact_phones))
    line = translator.t("{name}: {text}", name=translator.t("Jigisèmèjiri"), text=phones)
    return [_with_hours(translator, line, chosen.contact_hours)]


def _address(translator: Translator) -> list[str]:
    address = in_force().contact_address
    return [translator.t("Address: {place}", place=address)] if address else []


def _agency(translator: Translator, name: str | None, phone: str) -> str:
    if name:
        return translator.t("{name}: {text}", name=name, text=phone)
    return translator.t("Payment agency: {phone}", phone=phone)


def _with_hours(translator: Translator, line: str, hours: Sequence[time] | None) -> str:
    if not hours:
        return line
    opens, closes = hours
    return f"{line}, {translator.t('from {opens} to {closes}', opens=opens, closes=closes)}"


def _read_out(phone: str) -> str:
    """A telephone of the settings as those of communes are written; one that is no number of Mali as it was set."""
    try:
        return local(parse(phone))
    except BadNumber:
        return phone
