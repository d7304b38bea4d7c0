"""What `deploy/` says fits the program: its commands, settings, ports and metrics are there."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import yaml
from prometheus_client import REGISTRY

import cli
import core.staff.metrics
import menus.bounds
import sms.outbox.metrics
import sms.worker.measures
import ussd.metrics
from core.outbox import ceilings
from core.platform import connections, database_metrics, webhooks
from core.platform.settings import Settings, unknown_names
from core.platform.smpp import binds
from tests.deploy.files import DEPLOY, OWN_IMAGE, ROOT, UNITS, alerts, commands, compose, unit

COUNTING: Final = (
    menus.bounds, sms.outbox.metrics, sms.worker.measures, ussd.metrics, ceilings, connections, webhooks, binds,
    database_metrics, core.staff.metrics,
)  # fmt: skip
"""What puts metrics into the registry by being imported."""

SUFFIXES: Final = ("_total", "_bucket", "_count", "_sum")
USUAL: Final = {"jigi-line.service": 8001, "jigi-sms.service": 8002, "jigi-desk.service": 8003}
OPENED: Final = {"jigi-api.service": 8004}
"""What is off until somebody switches it on."""

PORTS: Final = {**USUAL, **OPENED}
SETTING: Final = re.compile(r"\bJIGI_[A-Z_]+[A-Z]\b")
ELSEWHERE: Final = {"JIGI_HOST", "JIGI_LINE", "JIGI_SMS", "JIGI_DESK", "JIGI_API", "JIGI_IMAGE", "JIGI_SETTINGS"}
"""Names of the proxy and of compose, which no process of Jigi reads."""


@pytest.mark.parametrize(("where", "words"), list(commands()), ids=lambda each: each if isinstance(each, str) else "")
def test_every_command_and_option_that_is_given_is_there(where: str, words: list[str]) -> None:
    """A command that stands elsewhere is found with its options; arguments are not looked at."""
    command: Any = typer.main.get_command(cli.app)
    context = command.make_context("jigi", [], resilient_parsing=True)
    for at, word in enumerate(words):
        if word.startswith("-") or not hasattr(command, "resolve_command"):
            continue
        _, command, _ = command.resolve_command(context, words[at:])
        assert command is not None, (where, words)
    options = {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}
    assert {word for word in words if word.startswith("--")} <= {*options, "--help", "--version"}, (where, words)


@pytest.mark.parametrize(
    "path", sorted(path for path in DEPLOY.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    assert unknown_names({*SETTING.findall(path.read_text())} - ELSEWHERE) == ()


def test_units_ports_proxies_and_scrapes_agree() -> None:
    for name, port in PORTS.items():
        assert unit(name)["ExecStart"][0].endswith(f"--port {port}")
    nginx = (DEPLOY / "proxy/nginx.conf").read_text()
    caddy = (DEPLOY / "proxy/Caddyfile").read_text()
    scraped = yaml.safe_load((DEPLOY / "watch/prometheus.yml").read_text())["scrape_configs"]
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in scraped}
    for unit_name, port in PORTS.items():
        part = unit_name.removeprefix("jigi-").removesuffix(".service")
        assert f"upstream jigi_{part} {{\n    server 127.0.0.1:{port};" in nginx
        assert f"{{$JIGI_{part.upper()}:127.0.0.1:{port}}}" in caddy
        assert targets[f"jigi-{part}"] == [f"127.0.0.1:{port}"]
        assert compose()["services"][part]["environment"]["PORT"] == str(port)
        assert str(port) in compose()["services"][part]["command"]
        assert compose()["services"]["caddy"]["environment"][f"JIGI_{part.upper()}"] == f"{part}:{port}"
    assert "910%i" in unit("jigi-worker@.service")["ExecStart"][0]
    assert targets["jigi-worker"] == ["127.0.0.1:9100"]


def test_the_target_wants_each_unit_that_serves() -> None:
    wanted = unit("jigi.target")["Wants"][0].split()
    assert {*wanted} == {*USUAL, "jigi-worker@0.service"}
    assert {path.name for path in UNITS} >= {*PORTS}
    services = compose()["services"].items()
    assert [name for name, service in services if "profiles" in service] == ["api"]
    serving = re.search(r"^serving=\((.*)\)$", (DEPLOY / "tried/units").read_text(), re.MULTILINE)
    assert serving is not None
    assert {f"{name}.service" for name in serving[1].split()} == {*wanted}  # what `make booted` looks at


@pytest.mark.parametrize("name", [path.name for path in UNITS if path.suffix == ".service" and "base" not in path.name])
def test_a_unit_is_nobody_of_importance_and_shut_in(name: str) -> None:
    service = unit(name)
    assert service["User"] == ["jigi"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["EnvironmentFile"][0] == "/etc/jigi/jigi.env"
    for given in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "RestrictNamespaces"):
        assert service[given] == ["yes"]
    if service["Type"] == ["exec"]:
        assert service["MemoryMax"]
        assert service["Restart"] == ["always"]


def test_proxies_pass_on_the_ways_in_and_nothing_else() -> None:
    nginx = (DEPLOY / "proxy/nginx.conf").read_text()
    caddy = (DEPLOY / "proxy/Caddyfile").read_text()
    assert re.findall(r"location (\S+)", nginx) == ["/ussd/", "/sms/", "/desk", "/api/", "/spdci/", "/"]
    assert re.findall(r"handle (\S+) {", caddy) == ["/ussd/*", "/sms/*", "/desk*", "/api/*", "/spdci/*"]
    for way in ("/ussd/", "/sms/"):
        body = nginx.partition(f"location {way} {{")[2].partition("}")[0]
        assert "access_log off;" in body  # a path holds a token
    assert nginx.rstrip().endswith("return 404;\n    }\n}")
    assert "\n\thandle {\n\t\trespond 404\n\t}" in caddy


def test_the_container_is_nobodys_and_has_every_room() -> None:
    lines = (DEPLOY / "container/Containerfile").read_text().splitlines()
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "faults", "bench"} | {"locales"}
    copied = {line.split()[1] for line in lines if re.fullmatch(r"COPY (\w+) \1", line)}
    assert copied == rooms
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    for service in compose()["services"].values():
        if service["image"] == OWN_IMAGE:
            assert service["cap_drop"] == ["ALL"]
            assert service["read_only"] is True
    assert [name for name, service in compose()["services"].items() if "ports" in service] == ["caddy"]


def _metrics() -> dict[str, frozenset[str]]:
    """Each metric that a process of Jigi shows, with its labels."""
    assert all(COUNTING)
    return {
        collector._name: frozenset(collector._labelnames)  # type: ignore[attr-defined]
        for collector in REGISTRY._collector_to_names
        if getattr(collector, "_name", "").startswith("jigi_")
    }


def _expressions() -> list[str]:
    board = json.loads((DEPLOY / "watch/dashboard.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in alerts()), *asked]


@pytest.mark.parametrize("expression", _expressions())
def test_every_metric_that_is_asked_for_is_shown_with_its_labels(expression: str) -> None:
    shown = _metrics()
    for name in re.findall(r"\bjigi_\w+", expression):
        plain = next((name.removesuffix(end) for end in SUFFIXES if name.removesuffix(end) in shown), name)
        assert plain in shown, name
        for grouped in re.findall(r"by \(([\w, ]+)\)", expression):
            assert {*grouped.split(", ")} - {"le", "instance"} <= shown[plain], (name, grouped)


def test_each_alert_says_what_it_is_and_has_its_entry_in_both_runbooks() -> None:
    names = [rule["alert"] for rule in alerts()]
    for document in ("exploitants.md", "operators.md"):
        assert re.findall(r"^\| `(Jigi\w+)` \|", (ROOT / "docs" / document).read_text(), re.MULTILINE) == names
    for rule in alerts():
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"].endswith(rule["alert"])
        assert rule["labels"]["severity"] in {"page", "ticket"}


HEADINGS: Final = {
    "Installer": "Install",
    "Premier administrateur": "The administrator",
    "Un seul compte (OpenID Connect)": "One account (OpenID Connect)",
    "Imports": "Import",
    "Passerelles": "Connect the gateways",
    "Sauvegarder": "Back up",
    "Restaurer": "Restore",
    "Mettre à jour": "Upgrade",
    "Surveiller": "Watch",
    "Alertes": "Alerts",
    "Que faire quand…": "What to do when",
}


def test_the_guide_of_the_operator_has_the_same_parts_in_french_and_english() -> None:
    french = re.findall(r"^## (.*)$", (ROOT / "docs/exploitants.md").read_text(), re.MULTILINE)
    steps = (ROOT / "docs/operators.md").read_text().partition("\n## Step by step\n")[2].partition("\n## ")[0]
    assert french == [*HEADINGS]
    assert re.findall(r"^### (.*)$", steps, re.MULTILINE) == [*HEADINGS.values()]


def test_no_step_of_the_guide_names_a_unit_that_there_is_not() -> None:
    names = {path.name for path in UNITS} | {"jigi-worker@0.service"}
    for document in ("exploitants.md", "operators.md"):
        named = re.findall(r"\bjigi-[a-z@0-9-]+\.(?:service|timer)", (ROOT / "docs" / document).read_text())
        assert {*named} <= names


SCRIPTS: Final = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and path.read_bytes()[:2] == b"#!")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_and_run(path: Path) -> None:
    assert path.stat().st_mode & 0o111
    name = path.read_text().partition("\n")[0].rpartition("/")[2]
    shell = shutil.which(name) or f"/bin/{name}"
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0  # noqa: S603 - our own words


def test_the_example_of_settings_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Filled in as the guide does: what is left empty goes."""
    lines = (DEPLOY / "env/jigi.env.example").read_text().splitlines()
    file = tmp_path / "jigi.env"
    file.write_text("\n".join(line for line in lines if not re.fullmatch(r"JIGI_\w+=", line)))
    for name in [f"JIGI_{field.upper()}" for field in Settings.model_fields]:
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=file).service_code == "*384*1234#"  # type: ignore[call-arg]
