"""The documents say what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from redis.asyncio import Redis

from core.platform.database import DatabaseTask
from core.platform.settings import Settings
from simulator.gateway import UssdCall
from tests.engines.machines import LOGINS
from tests.ussd.conftest import CALLBACK, a_client, an_engine
from ussd.menu import Menu

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
ROOMS = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
IN_THE_HOUSE = rf"`((?:{ROOMS})/[\w./*-]*\w|\w+\.py)`"
"""A file or folder as documents name it: in backquotes, from the top."""


def _refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs/refresh.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_code() -> None:
    """When this fails: python docs/refresh.py."""
    refresh = _refresh()
    assert refresh.settings_table() in (ROOT / "docs/operators.md").read_text()
    assert refresh.components_table() in (ROOT / "docs/operators.md").read_text()
    assert refresh.phones_table() in (ROOT / "README.md").read_text()


LOGIN = re.compile(r"CREATE ROLE (\w+) LOGIN .* IN ROLE jigi_(\w+)")


@pytest.mark.parametrize("guide", ["operators.md", "exploitants.md"])
def test_each_task_has_a_sign_in_as_the_engines_are_tried_with(guide: str) -> None:
    made = {role: login for login, role in LOGIN.findall((ROOT / "docs" / guide).read_text("utf-8"))}
    assert made == {task.value.replace("-", "_"): LOGINS[task] for task in DatabaseTask}


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


async def test_the_screen_of_the_developers_guide_works(world: None, redis: Redis) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/developers.md").read_text(), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - our own document
    menu = names["line"]
    assert isinstance(menu, Menu)
    async with a_client(an_engine(menu, redis)) as client:
        call = UssdCall(client, CALLBACK, "+22370000001")
        assert (await call.dial()).text == "Which market?\n1 Safo"
        assert (await call.reply("1")).text == "jumadon"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_leads_to_a_file_that_is_not_there(document: Path) -> None:
    text = document.read_text()
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []
    assert [path for path in re.findall(IN_THE_HOUSE, text) if not [*ROOT.glob(path)]] == []


def test_the_example_of_a_gateway_that_posts_the_last_input_is_the_one_that_is_tested() -> None:
    example = (ROOT / "simulator/lastinput.json").read_text("utf-8")
    assert f"```json\n{example}```" in (ROOT / "docs/operators.md").read_text("utf-8")
