"""`/` of a demonstration: where its telephone, its desk and the guides are."""

from collections.abc import Mapping, Sequence
from html import escape
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from simulator.web import HEADERS, PAGE

GUIDES: Final[Mapping[str, str]] = {
    "guide-agents.md": "pour les agents, avant leur premier jour au bureau",
    "guide-imports.md": "pour qui apporte les listes du programme",
    "exploitants.md": "pour qui installe Jigi et le surveille",
    "campaigns.md": "les campagnes de SMS (en anglais)",
    "operators.md": "tous les réglages (en anglais)",
}
"""Files of the folder of documents, and for whom each is."""

DESK: Final = Template("""  <section>
    <h2><a href="/desk">Le bureau</a></h2>
    <p>Où l’on répond aux plaintes et où l’on prépare les campagnes. Mot de passe de tous&#8239;:
    <code>$password</code></p>
    <table>
      <tr><th>Identifiant</th><th>Qui</th></tr>
$people    </table>
  </section>
""")


def route(*, service_code: str, people: Sequence[tuple[str, str]], password: str) -> Route:
    """The page; `people` are the logins of the desk and who each is, none where no desk is served here."""
    logins = "".join(
        f"      <tr><td><code>{escape(login)}</code></td><td>{escape(who)}</td></tr>\n" for login, who in people
    )
    guides = "".join(
        f"      <li><code>{escape(file)}</code>&#8239;: {escape(what)}</li>\n" for file, what in GUIDES.items()
    )
    html = Template((PAGE / "start.html").read_text(encoding="utf-8")).substitute(
        code=escape(service_code),
        desk=DESK.substitute(password=escape(password), people=logins) if people else "",
        guides=guides,
    )

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers=HEADERS)

    return Route("/", page, name="start")
