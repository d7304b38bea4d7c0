"""What stands in `deploy/`, read."""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
OWN_IMAGE: Final = "${JIGI_IMAGE:-jigi}"
UNITS: Final = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.name.startswith("jigi"))


def unit(name: str) -> Mapping[str, list[str]]:
    """The directives of a unit, each with its values in their order."""
    directives: defaultdict[str, list[str]] = defaultdict(list)
    for line in (DEPLOY / "systemd" / name).read_text().splitlines():
        key, separator, value = line.partition("=")
        if separator:
            directives[key].append(value)
    return directives


def compose() -> Mapping[str, Any]:
    """The compose file, its merges done."""
    content: Mapping[str, Any] = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())
    return content


def alerts() -> list[Mapping[str, Any]]:
    """The rules of the alerts."""
    content = yaml.safe_load((DEPLOY / "watch/alerts.yml").read_text())
    return [rule for group in content["groups"] for rule in group["rules"]]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of Jigi that a file starts, without the program: where it stands, and its words."""
    for path in UNITS:
        for value in unit(path.name).get("ExecStart", []):
            program, *words = shlex.split(value)
            if program == "/opt/jigi/bin/jigi":
                yield path.name, words
    for name, service in compose()["services"].items():
        if service["image"] == OWN_IMAGE:
            yield f"compose: {name}", service["command"]
    texts = [*(DEPLOY / "backup").iterdir(), ROOT / "docs/exploitants.md"]
    for path in texts:
        for line in _shell(path).splitlines():
            for given in re.findall(r'(?:^|"\$)jigi"? ([a-z].*)$', line):
                yield path.name, re.findall(r'"[^"]*"|\S+', re.split(r" [|>;]", given)[0])


def _shell(path: Path) -> str:
    text = path.read_text()
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)) if path.suffix == ".md" else text
