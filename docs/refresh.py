"""Writes what the documents take from the code: `python docs/refresh.py` renews the tables."""

import re
from datetime import time
from pathlib import Path

from pydantic import SecretStr

from core.platform.settings import Settings
from core.registry.components import ComponentCode
from core.text.languages import Language
from core.text.translator import translator
from core.text.words import DESK, LINE, label
from demo.callers import DEMO_CALLERS
from proof import sms_lengths

ROOT = Path(__file__).parent.parent


def settings_table() -> str:
    """Every setting, its default and what it is for."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = _shown(default)
        rows.append(f"| `JIGI_{name.upper()}` | {shown or '(none)'} | {field.description} |")
    return "\n".join(rows)


def _shown(default: object) -> str:
    """A default as it is written in the environment; nothing for none."""
    match default:
        case tuple():
            return ", ".join(_shown(part) for part in default)
        case time():
            return default.strftime("%H:%M")
        case SecretStr() | dict():
            return ""
        case bool():
            return str(default).lower()
    return str(default)


def components_table() -> str:
    """Every component: its code in the files to import, and what it is called."""
    said = translator(Language.staff())
    rows = ["| code | component | on the line |", "|---|---|---|"]
    rows += [f"| `{code}` | {label(code, DESK)} | {said.t(label(code, LINE))} |" for code in ComponentCode]
    return "\n".join(rows)


def phones_table() -> str:
    """Every demo phone and what it shows."""
    rows = ["| phone | situation | household | year of birth |", "|---|---|---|---|"]
    for caller in DEMO_CALLERS:
        cells = (caller.msisdn, caller.situation_fr, caller.household_no or "", str(caller.birth_year or ""))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def renewed(text: str, table: str) -> str:
    """The document with this table in place of the one that has the same head."""
    head = re.escape(table.split("\n", 1)[0])
    return re.sub(rf"{head}\n(?:\|.*\n|DEMO_PHONES\n|SETTINGS\n)+", lambda _: f"{table}\n", text)


def main() -> None:
    operators = ROOT / "docs/operators.md"
    for path, table in (
        (ROOT / "README.md", phones_table()),
        (operators, settings_table()),
        (operators, components_table()),
        (ROOT / "docs/campaigns.md", sms_lengths.table()),
    ):
        path.write_text(renewed(path.read_text(), table))


if __name__ == "__main__":
    main()
