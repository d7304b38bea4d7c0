"""The languages as a caller is offered them."""

from core.text.languages import Language
from ussd.values import Option, option


def language_options() -> tuple[Option, ...]:
    """Every language in its own name, the default first."""
    return tuple(option(language.name, "language_chosen", language=language.value) for language in Language)
