"""The settings as they are in force: those of the environment, and what the programme changed of them at the desk."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import TypeAdapter

from core.platform.settings import Settings, settings

_changed: Final[dict[str, object]] = {}
_made: Final[list[Settings]] = []
"""The settings that these changes were last made to, and with them: a copy for each hop would cost each hop."""


def parsed(name: str, text: str) -> object:
    """What a setting is where its text in the environment is this; raises ValueError for a text that it cannot have."""
    field = Settings.model_fields[name]
    kind: Any = Annotated[field.annotation, name, *field.metadata]
    value: object = TypeAdapter(kind).validate_python(text)
    return value


def put_in_force(texts: Mapping[str, str]) -> None:
    """Let these settings, by name and as written in the environment, be changed in this process, and no others."""
    values = {name: parsed(name, text) for name, text in texts.items()}
    _changed.clear()
    _changed.update(values)
    _made.clear()


def in_force() -> Settings:
    """The settings of this process with what was changed at the desk."""
    given = settings()
    if not _changed:
        return given
    if not _made or _made[0] is not given:
        _made[:] = [given, given.model_copy(update=_changed)]
    return _made[1]
