"""Takes the pictures of the guides anew, of a demonstration of its own: `python docs/pictures.py`.

It needs Debian's `chromium`, and `chromium-l10n` for the browser's own words in French. A picture has 32 colours, which
is what a page of the desk needs, and weighs less than 60 kB.
"""

import os
import shutil
import struct
import sys
import tempfile
import zlib
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from demo.desk import PASSWORD
from tests.support.processes import answering, free_port

ROOT: Final = Path(__file__).parent.parent
GUIDE: Final = ROOT / "docs/guide"
WIDTH: Final = 1220
HEAVIEST: Final = 60_000
CHROMIUM: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--lang=fr")
HOUSEHOLD: Final = "90000010"
"""A household of the demonstration, of which two complaints of one matter are taken."""

IN_COLOURS: Final = """
async ([source, colours]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + source;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const points = pen.getImageData(0, 0, image.width, image.height).data;
  const counts = new Map();
  const of = (at) => (points[at] << 16) | (points[at + 1] << 8) | points[at + 2];
  for (let at = 0; at < points.length; at += 4) counts.set(of(at), (counts.get(of(at)) || 0) + 1);
  const apart = (a, b) =>
    Math.abs((a >> 16) - (b >> 16)) + Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) + Math.abs((a & 255) - (b & 255));
  const kept = [];
  for (const near of [40, 16, 0]) {
    for (const [colour] of [...counts].sort((one, other) => other[1] - one[1])) {
      if (kept.length < colours && kept.every((each) => apart(each, colour) > near)) kept.push(colour);
    }
  }
  const nearest = new Map();
  for (const colour of counts.keys()) {
    let best = 0;
    for (let each = 1; each < kept.length; each++) {
      if (apart(kept[each], colour) < apart(kept[best], colour)) best = each;
    }
    nearest.set(colour, best);
  }
  let places = "";
  for (let at = 0; at < points.length; at += 4) places += String.fromCharCode(nearest.get(of(at)));
  return [image.width, image.height, kept, btoa(places)];
}
"""
"""A picture in the colours that it has most of, each unlike those before: its size, the colours, one for each point."""


def in_colours(page: Page, picture: bytes, colours: int = 32) -> bytes:
    """The picture as a PNG of a few colours."""
    width, height, kept, places = page.evaluate(IN_COLOURS, [b64encode(picture).decode(), colours])
    points = b64decode(places)
    rows = b"".join(b"\0" + points[row * width : (row + 1) * width] for row in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(colour.to_bytes(3) for colour in kept)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


class Camera:
    """Takes pictures and keeps them in the guide."""

    def __init__(self, browser: Browser) -> None:
        self._colours = browser.new_page()

    def page(self, name: str, page: Page, height: int) -> None:
        """The upper part of a page, no higher than it is."""
        page.wait_for_load_state("networkidle")
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        whole: int = page.evaluate("() => document.querySelector('.page').scrollHeight")
        size: Any = {"x": 0, "y": 0, "width": (page.viewport_size or {})["width"], "height": min(height, whole)}
        self._keep(name, page.screenshot(full_page=True, clip=size))

    def part(self, name: str, part: Locator) -> None:
        """One part of a page."""
        self._keep(name, part.screenshot())

    def _keep(self, name: str, picture: bytes) -> None:
        small = in_colours(self._colours, picture)
        if len(small) > HEAVIEST:
            raise ValueError(f"{name} weighs {len(small):,} octets: show less of the page")
        (GUIDE / f"{name}.png").write_bytes(small)
        print(f"{name}.png: {len(small):,} octets")  # noqa: T201


def signed_in(browser: Browser, address: str, login: str, width: int = WIDTH) -> Page:
    """The desk as somebody of the demonstration sees it; what it asks before doing something is answered with yes."""
    page = browser.new_context(
        base_url=address, locale="fr-FR", viewport={"width": width, "height": 844}, reduced_motion="reduce"
    ).new_page()
    page.on("dialog", lambda question: question.accept())
    page.goto("/desk")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button:text-is('Entrer')")
    page.wait_for_selector("header nav", state="attached")
    return page


def of_complaints(camera: Camera, agent: Page, telephone: Page) -> None:
    """What an agent does all day."""
    agent.goto("/desk/queue")
    camera.page("queue", agent, 620)
    telephone.goto("/desk/queue")
    camera.page("queue-phone", telephone, 844)
    for words in ("On a donné moins que les autres fois.", "Il manque une partie de l'argent."):
        agent.goto("/desk/intake")
        agent.fill("#q", HOUSEHOLD)
        with agent.expect_navigation():
            agent.click("button:text-is('Chercher')")
        agent.locator("input[name='household']").first.check()
        agent.select_option("#what", label="Incomplet")
        agent.fill("#words", words)
        with agent.expect_navigation():
            agent.click("button:text-is('Enregistrer')")
        reference = "".join(agent.inner_text("[role='status'] .figure").split())
    agent.goto("/desk/queue")
    agent.fill("#reference", reference)
    agent.click("button:text-is('Ouvrir')")
    agent.click("button:text-is('Prendre cette plainte')")
    agent.click("#prepared button >> nth=0")
    agent.wait_for_selector("#phone .bubble")
    camera.page("case", agent, 980)
    camera.part("reply", agent.locator("#reply"))
    camera.part("household", agent.locator("#of-household"))
    camera.part("merge", agent.locator(".card", has_text="Du même ménage, téléphone ou nom"))
    agent.click("summary:text-is('Confier au point focal')")
    camera.part("entrust", agent.locator("details", has_text="Confier au point focal"))


def of_supervisors(camera: Camera, supervisor: Page) -> None:
    """What a supervisor looks at."""
    supervisor.goto("/desk/dashboard")
    camera.page("dashboard", supervisor, 900)
    supervisor.goto("/desk/grievances")
    for row in range(3, 9):
        supervisor.locator("input[name='case']").nth(row).check()
    supervisor.click("#many button:text-is('Répondre')")
    supervisor.click("button[name='prepared'] >> nth=2")
    supervisor.wait_for_selector("#preview")
    camera.page("together", supervisor, 1150)
    supervisor.goto("/desk/absences")
    row = "tr:has(td:text-is('Adama'))"
    supervisor.click(f"{row} summary")
    supervisor.fill(f"{row} input[type='date']", (datetime.now(UTC) + timedelta(days=10)).date().isoformat())
    supervisor.fill(f"{row} input[name='why']", "congé")
    supervisor.click(f"{row} button:text-is('Noter')")
    supervisor.wait_for_selector('td:has-text("absence jusqu\'au")')
    supervisor.click("tr:has(td:text-is('Mariam')) summary")
    camera.page("absences", supervisor, 760)


def of_campaigns(camera: Camera, supervisor: Page) -> None:
    """A campaign before it is sent, and when all is told."""
    supervisor.goto("/desk/campaigns")
    supervisor.click("a:has-text('Annonce du paiement')")
    camera.page("campaign-plan", supervisor, 1000)
    supervisor.click("button:text-is('Envoyer')")
    supervisor.wait_for_selector("#state:text-is('terminée')", timeout=120_000)
    supervisor.reload()
    camera.page("campaign-done", supervisor, 700)


def of_the_administrator(camera: Camera, administrator: Page) -> None:
    """What a programme changes itself."""
    administrator.goto("/desk/settings")
    camera.page("settings", administrator, 760)


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("No Chromium here: `make e2e` installs it.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {
            "JIGI_DATA_DIR": str(folder / "data"),
            "JIGI_SMS_RATE": "40",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "cli", "demo", "--households", "400"]
        with answering(command, free_port(), folder, environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=list(CHROMIUM), env={**os.environ, "LANGUAGE": "fr"}
            )
            camera = Camera(browser)
            supervisor = signed_in(browser, address, "awa")
            of_complaints(camera, signed_in(browser, address, "mariam"), signed_in(browser, address, "mariam", 390))
            of_supervisors(camera, supervisor)
            of_campaigns(camera, supervisor)
            of_the_administrator(camera, signed_in(browser, address, "admin"))
            browser.close()


if __name__ == "__main__":
    main()
