"""What somebody who joins relies on: the verbs of the Makefile, the hooks, the records of decisions."""

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Final

from sms.outbox import gateways as sms_gateways
from ussd import gateways as ussd_gateways

ROOT: Final = Path(__file__).parent.parent
MAKEFILE: Final = (ROOT / "Makefile").read_text()


def _words(name: str) -> list[str]:
    """The words that the Makefile gives a name."""
    line = re.search(rf"^{name} *:= *(.*)$", MAKEFILE, re.MULTILINE)
    assert line is not None
    return line[1].split()


def test_the_hooks_are_the_checks() -> None:
    config = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"entry: make ([\w-]+)", config) == _words("CHECKS")
    assert re.findall(r"repo: (\S+)", config) == ["local"]


def test_every_target_says_in_a_line_what_it_is() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    targets = {*phony.replace("$(CHECKS)", " ".join(_words("CHECKS"))).split()}
    assert {*re.findall(r"^([\w-]+):.*## \S", MAKEFILE, re.MULTILINE)} == targets


def test_every_decision_stands_in_the_list_and_says_what_why_and_what_else() -> None:
    folder = ROOT / "docs/decisions"
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()) == [
        path.name for path in records
    ]
    for path in records:
        for part in ("What", "Why", "What else was weighed", "What would change our mind"):
            assert f"**{part}.**" in path.read_text(), (path.name, part)


def test_the_version_has_a_section_of_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    sections = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert sections[:2] == ["Unreleased", version]


def test_every_tool_and_library_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {_plain(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text().split()}
    needed = {_plain(need) for need in [*project["dependencies"], *chain(*project["optional-dependencies"].values())]}
    assert needed - pinned == {"jigi"}  # itself, of which the developers have all


def _plain(need: str) -> str:
    """The name in a requirement, as registries compare them."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ]", need, maxsplit=1)[0]).lower()


def test_the_lock_names_what_the_constraints_pin_each_file_by_its_hash() -> None:
    """`make supply` writes it anew."""
    pinned = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
    lock = (ROOT / "requirements.lock").read_text()
    constraints = (ROOT / "constraints.txt").read_text()
    locked, wanted = (
        {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pinned.findall(text)}
        for text in (lock, constraints)
    )
    assert locked == wanted
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", lock) if "==" in entry)


OFF: Final = re.compile(
    r"verify ?= ?False|CERT_NONE|follow_redirects ?= ?True|_create_unverified_context|curl|urllib\.request"
)
ASKING: Final = re.compile(r"\b(?:httpx|aiohttp|requests|smtplib|ftplib|socket)\b")
ASKERS: Final = {
    "api/field_files.py",
    "api/spdci/arrivals.py",
    "api/spdci/server.py",
    "api/spdci/views.py",
    "api/webhooks.py",
    "core/platform/listening.py",
    "core/platform/mishaps.py",
    "core/platform/objects.py",
    "core/platform/outside.py",
    "core/staff/provider/protocol.py",
    "core/spdci/key_sets.py",
    "core/spdci/link.py",
    "core/spdci/tokens.py",
    "sms/alarms/mail.py",
    "sms/outbox/bearer.py",
    "sms/outbox/over_http.py",
    "sms/outbox/trying.py",
    "sms/worker/process.py",
    "ussd/sample_calls.py",
}
"""What listens, and what names errors; what carries requests to gateways, events, mails, or files to a bucket,
what reads the keys of other registries, what tries our callbacks, a worker that asks its name."""


def test_the_rules_of_security_are_on() -> None:
    """Ruff's rules S: no `eval`, `exec`, pickle, YAML, shell, SQL of strings, template without escaping, weak TLS."""
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in ruff["select"]
    assert not [rule for rule in ruff["ignore"] if rule.startswith("S")]
    own = {folder: rules for folder, rules in ruff["per-file-ignores"].items() if any(r[0] == "S" for r in rules)}
    assert {folder.partition("/")[0] for folder in own} <= {"tests", "bench", "faults"}


def test_only_gateways_are_asked_for_anything() -> None:
    """No room of production asks an address but those of its settings, follows elsewhere, or takes any certificate."""
    askers = set()
    for room in ("core", "ussd", "menus", "sms", "desk", "api"):
        for path in (ROOT / room).rglob("*.py"):
            code = path.read_text()
            assert not OFF.search(code), path
            if re.search(rf"^(?:import|from) {ASKING.pattern}", code, re.MULTILINE):
                askers.add(str(path.relative_to(ROOT)))
    classes = [*sms_gateways.GATEWAYS.values(), *ussd_gateways.GATEWAYS.values()]
    gateways = {f"{each.partition(':')[0].replace('.', '/')}.py" for each in classes}
    assert askers - gateways == ASKERS
