"""Scripts of the library's pages under a policy that forbids scripts in pages: each bears the word of its answer.

It is put into the source of a template, before anything is filled in, so that nothing that was typed can bear it.
"""

from typing import Final

from jinja2.ext import Extension

BARE: Final = "<script>"
BEARING: Final = '<script nonce="{{ request.state.nonce }}">'
HANDLERS: Final = {
    ' onclick="applyColumnVisibility()"': " data-desk-columns",
    ' onchange="window.location = this.value"': " data-desk-goes",
}
"""What the library writes into tags, and the mark by which `lists.js` does the same."""


class BearingScripts(Extension):
    """Rewrites templates as they are read."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source, with what the policy of scripts asks for."""
        for handler, mark in HANDLERS.items():
            source = source.replace(handler, mark)
        return source.replace(BARE, BEARING)
