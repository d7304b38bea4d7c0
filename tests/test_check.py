"""`jigi check` names what no programme should be served with, and fails on it where it is asked to."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import psycopg
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

import cli
from core.platform.encryption import new_identity
from core.platform.servers import OwnRedis
from core.platform.settings import settings

KEY, RECIPIENT = new_identity()
TOKEN: Final = "0123456789abcdef0123456789abcdef"
ENGLISH: Final = re.compile(r"\b(the|is|not|has|cannot|there|are|write|its|would|and|for)\b")
"""What stands in no French sentence."""

PROVIDER: Final = {
    "JIGI_OIDC_ISSUER": "http://127.0.0.1:1",
    "JIGI_OIDC_CLIENT_ID": "jigi",
    "JIGI_OIDC_DESK_URL": "https://jigi.example/desk",
    "JIGI_OIDC_ROLES": "a=agent",
}
Checked = Callable[..., tuple[int, Mapping[str, bool | None]]]


@pytest.fixture
def checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: None, database_url: str, redis_server: OwnRedis
) -> Iterator[Checked]:
    """The exit code, and each sentence with what holds, on a good machine with these settings changed."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [name for name in os.environ if name.startswith("JIGI_")]:
        monkeypatch.delenv(name)
    good = {
        "JIGI_DATABASE_URL": database_url,
        "JIGI_REDIS_URL": redis_server.url,
        "JIGI_DATA_DIR": str(tmp_path),
        "JIGI_CALLBACK_TOKENS": TOKEN,
        "JIGI_ENCRYPTION_RECIPIENTS": RECIPIENT,
        "JIGI_DESK_IDENTITIES": KEY,
        "JIGI_HOSTS": "jigi.example",
        "JIGI_ALARM_PHONES": "76000001",
        "JIGI_SMS_USERNAME": "programme",
        "JIGI_SMS_PART_PRICE_XOF": "15",
    }

    def run(*words: str, **changes: str) -> tuple[int, Mapping[str, bool | None]]:
        for name, value in (good | changes).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        ended = CliRunner().invoke(cli.app, ["check", "--json", *words])
        said = json.loads(ended.stdout)
        ours = [
            each["french"] for each in said if "n'est pas joignable" not in each["french"]
        ]  # the server's own words
        assert [french for french in ours if ENGLISH.search(french)] == []
        return ended.exit_code, {each["sentence"]: each["holds"] for each in said}

    yield run
    settings.cache_clear()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"JIGI_DESK_TOTP": "false"}, "JIGI_DESK_TOTP is off"),
        ({"JIGI_SPDCI_TRIGGER": "true"}, "JIGI_SPDCI_TRIGGER is on"),
        ({"JIGI_SMS_USERNAME": "sandbox"}, "JIGI_SMS_USERNAME is sandbox"),
        ({"JIGI_SMS_PART_PRICE_XOF": "0"}, "JIGI_SMS_PART_PRICE_XOF is 0"),
        ({"JIGI_HOSTS": ""}, "JIGI_HOSTS is empty"),
        ({"JIGI_ALARM_PHONES": ""}, "Nobody is told"),
        ({"JIGI_DESK_DATABASE_URL": "postgresql://desk@db.example/jigi"}, "JIGI_DESK_DATABASE_URL crosses the network"),
        ({"JIGI_REDIS_URL": "redis://cache.invalid:1"}, "JIGI_REDIS_URL crosses the network"),
        ({"JIGI_SMS_GATEWAY_URL": "http://gateway.invalid"}, "JIGI_SMS_GATEWAY_URL crosses the network"),
        (PROVIDER, "JIGI_OIDC_ISSUER is no https://"),
        (PROVIDER, "JIGI_OIDC_LOCAL_LOGIN is not set"),
    ],
)
def test_what_is_allowed_at_a_trial_is_refused_in_production(
    checked: Checked, changes: Mapping[str, str], sentence: str
) -> None:
    _, at_a_trial = checked(**changes)
    code, in_production = checked("--production", **changes)
    assert [holds for each, holds in at_a_trial.items() if each.startswith(sentence)] == [None]
    assert [holds for each, holds in in_production.items() if each.startswith(sentence)] == [False]
    assert code == 1


def test_a_database_that_is_fit_is_named_with_what_it_is(checked: Checked) -> None:
    """The tests sign in as a superuser, and have no key of a gateway: nothing else is wrong here."""
    code, sentences = checked("--production")
    wrong = {sentence.split(" ")[0] for sentence, holds in sentences.items() if holds is False}
    assert code == 1
    assert wrong == {"This", "JIGI_SMS_API_KEY"}
    for beginning in ("PostgreSQL is ", "The database is encoded in UTF8", "The newest migration is ", "Redis answers"):
        assert [holds for each, holds in sentences.items() if each.startswith(beginning)] == [True]


def test_a_french_terminal_is_told_in_french_and_json_says_both(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, english = checked("--production", JIGI_SIMULATOR="true")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    told = CliRunner().invoke(cli.app, ["check", "--production"]).stdout
    both = json.loads(CliRunner().invoke(cli.app, ["check", "--production", "--json"]).stdout)
    assert {each["sentence"] for each in both} >= {
        each for each in english if " apart" not in each and "GiB" not in each
    }
    for french in ("JIGI_SIMULATOR est allumé", "La base est codée en UTF8.", "Redis répond et s'écrit."):
        assert french in told
    assert [each["sentence"] for each in both if each["french"] == each["sentence"]] == []
    monkeypatch.setenv("JIGI_REDIS_URL", "redis://127.0.0.1:1")
    settings.cache_clear()
    assert "Redis n'est pas joignable" in CliRunner().invoke(cli.app, ["check"]).stdout


def test_who_is_away_is_one_sentence_of_the_list(checked: Checked) -> None:
    away = {"JIGI_DATABASE_URL": "postgresql://x:s3cret@127.0.0.1:1/x", "JIGI_REDIS_URL": "redis://127.0.0.1:1"}
    code, sentences = checked(**away)
    assert code == 1
    assert [each.split(".")[0] for each, holds in sentences.items() if holds is False and "cannot be reached" in each]
    assert not any("s3cret" in each for each in sentences)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"JIGI_CALLBACK_TOKENS": "guess"}, "JIGI_CALLBACK_TOKENS has a word that can be guessed"),
        ({"JIGI_ENCRYPTION_RECIPIENTS": ""}, "JIGI_ENCRYPTION_RECIPIENTS is not set: what survivors tell"),
        ({"JIGI_SMS_ROUTES": "*=nobody"}, "JIGI_SMS_ROUTES"),
        ({"JIGI_SMS_ROUTES": "orange=smpp"}, "JIGI_SMS_ROUTES has no route for the other numbers"),
        ({"JIGI_OIDC_ISSUER": PROVIDER["JIGI_OIDC_ISSUER"]}, "JIGI_OIDC_CLIENT_ID is not set"),
        ({**PROVIDER, "JIGI_OIDC_ISSUER": "http://sso.example"}, "JIGI_OIDC_ISSUER goes without TLS"),
        ({**PROVIDER, "JIGI_OIDC_ROLES": "a=god"}, "JIGI_OIDC_ROLES: a is god"),
        (PROVIDER, "The provider of JIGI_OIDC_ISSUER gives no discovery document"),
        ({"JIGI_USSD_GATEWAYS": "pigeon"}, "JIGI_USSD_GATEWAYS: there is no gateway pigeon"),
    ],
)
def test_what_is_never_right_fails_at_a_trial_too(checked: Checked, changes: Mapping[str, str], sentence: str) -> None:
    code, sentences = checked(**changes)
    assert code == 1
    assert [holds for each, holds in sentences.items() if each.startswith(sentence)] == [False]


def test_each_sign_in_is_tried_for_what_its_task_needs(checked: Checked, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        for made in ("CREATE ROLE check_desk LOGIN IN ROLE jigi_desk", "CREATE ROLE check_door LOGIN"):
            connection.execute(made.encode())

    def at(name: str) -> str:
        return make_url(database_url).set(username=name).render_as_string(hide_password=False)

    try:
        code, sentences = checked(
            JIGI_DESK_DATABASE_URL=at("check_desk"),
            JIGI_SIGN_IN_DATABASE_URL=at("check_door"),
            JIGI_WORKER_DATABASE_URL=database_url,
        )
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP ROLE check_desk, check_door")
    assert code == 1
    tried = {each.partition(",")[0]: holds for each, holds in sentences.items() if " signs in as " in each}
    assert [*tried.values()] == [True, False, None]
    assert "JIGI_SIGN_IN_DATABASE_URL signs in as check_door" in tried
