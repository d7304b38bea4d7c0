"""A mail to somebody on call, by the mail server of the settings: TLS unless the server is this machine's own."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Final

import structlog

from core.platform.settings import Settings

log = structlog.get_logger(__name__)

SECONDS: Final = 20.0
TLS_AT_ONCE: Final = 465
RELAY: Final = 25
OWN: Final = frozenset({"localhost", "127.0.0.1", "::1"})


async def sent(heading: str, words: str, settings: Settings, to: Sequence[str]) -> bool:
    """Whether the mail server took a mail for everybody who is named; False where there is none, or it failed."""
    if not settings.alarm_smtp_host or not to:
        return False
    mail = EmailMessage()
    mail["Subject"], mail["From"] = heading, settings.alarm_mail_from
    mail["To"] = ", ".join(to)
    mail.set_content(f"{words}\n")
    try:
        await asyncio.to_thread(_post, mail, settings)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("alarm_mail_failed", error=type(error).__name__)
        return False
    return True


def _post(mail: EmailMessage, settings: Settings) -> None:
    host, port, context = settings.alarm_smtp_host, settings.alarm_smtp_port, ssl.create_default_context()
    if port == TLS_AT_ONCE:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    with server:
        encrypted = port == TLS_AT_ONCE or _encrypted(server, context)
        if not encrypted and host not in OWN and (port != RELAY or settings.alarm_smtp_user):
            raise smtplib.SMTPNotSupportedError("the mail server offers no STARTTLS")
        if settings.alarm_smtp_user:
            server.login(settings.alarm_smtp_user, settings.alarm_smtp_password.get_secret_value())
        server.send_message(mail)


def _encrypted(server: smtplib.SMTP, context: ssl.SSLContext) -> bool:
    """Whether the server speaks TLS from here on."""
    server.ehlo()
    if not server.has_extn("starttls"):
        return False
    server.starttls(context=context)
    return True
