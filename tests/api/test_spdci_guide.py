"""The examples of SPDCI in the guides for integrators work as they stand, against a server of our own."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette

from core.systems.scopes import KeyScope
from tests.api.conftest import Hold
from tests.api.test_guide import examples, run, served
from tests.core import seed
from tests.support.spdci import PARTNER, own_settings


@pytest.fixture
def more_settings(tmp_path: Path) -> Mapping[str, Any]:
    return own_settings(tmp_path, spdci_ids="rsu=gajigi.example.ml")


@pytest.mark.filterwarnings("ignore")
async def test_the_examples_work(app: Starlette, hold: Hold, tmp_path: Path) -> None:
    """By curl and by Python, signed by each in its own way."""
    own = await hold(KeyScope.READ_ENROLMENTS, KeyScope.READ_GRIEVANCES)
    await seed.household(programme_no="KT/02/0001")
    key = tmp_path / "partner.pem"
    key.write_bytes(PARTNER.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    *_, (_, by_curl), (_, by_python) = examples("api.md")
    async with served(app) as address:
        given = {
            "JIGI_SPDCI": address.replace("/api/v1", "/spdci/v1"),
            "JIGI_KEY": own.http.headers["Authorization"].removeprefix("Bearer "),
            "SPDCI_KEY": str(key),
            "SPDCI_KID": PARTNER.key.key_id,
        }
        said = await run(["bash", "-euc", by_curl], **given)
        assert '"enrolment_status":"Active"' in said
        said = await run([sys.executable, "-c", by_python], **given)
    assert said == "KT/02/0001 Active [{'next_payment': None}, {'grievances': {'open': 0, 'decided': 0}}]\n"
