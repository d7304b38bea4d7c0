"""The library's pages under our policies: a script bears the word of its answer, and a form that looks for something
sends it.

Both are put into the source of a template, before anything is filled in, so that nothing that was typed can bear it.
"""

import re
from typing import Final

from jinja2.ext import Extension

BARE: Final = "<script>"
BEARING: Final = '<script nonce="{{ request.state.nonce }}">'
HANDLERS: Final = {
    ' onclick="applyColumnVisibility()"': " data-desk-columns",
    ' onchange="window.location = this.value"': " data-desk-goes",
}
"""What the library writes into tags, and the mark by which `lists.js` does the same."""

ASKS: Final = re.compile(r'<form method="GET"([^>]*)>')
SENDS: Final = r'<form method="post"\1>{{ csrf_input(request) }}'
"""The library's forms that look for something would put it into an address (`desk.site.searches`)."""


class BearingScripts(Extension):
    """Rewrites templates as they are read."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source, with what the policy of scripts asks for."""
        for handler, mark in HANDLERS.items():
            source = source.replace(handler, mark)
        return ASKS.sub(SENDS, source).replace(BARE, BEARING)
