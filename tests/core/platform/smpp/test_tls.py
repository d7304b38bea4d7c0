"""TLS: the other side is checked, by the system's authorities or by those of a file."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
import smpp34

from core.platform.smpp.accounts import read_accounts
from core.platform.smpp.link import TAKEN, NotBound, SmppLink, Verdict, bound
from tests.core.platform.smpp.raw_smsc import RawSmsc

OPENSSL = shutil.which("openssl")


async def take_all(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
    return TAKEN


@pytest.mark.skipif(OPENSSL is None, reason="no openssl to make a certificate with")
async def test_a_link_over_tls_is_checked_by_the_certificate_of_its_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    command = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
        "-days",
        "2",
        *named,
    ]
    subprocess.run([str(OPENSSL), *map(str, command)], check=True, capture_output=True)  # noqa: ASYNC221, S603
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(RawSmsc().serve, "127.0.0.1", 0, ssl=context)
    address = f"smpps://jigi:secret@localhost:{server.sockets[0].getsockname()[1]}"
    known, unknown = read_accounts("JIGI_SMPP_URL", f"{address}?ca={certificate},{address}")
    link = await bound(known, take_all, 5.0)
    assert (await link.submit(smpp34.SubmitSm("JIGI", "22376123456", b"Wari"), 5.0)).status == 0
    await link.close(1.0)
    with pytest.raises(NotBound, match="SSLCertVerificationError"):
        await bound(unknown, take_all, 5.0)
    server.close()
