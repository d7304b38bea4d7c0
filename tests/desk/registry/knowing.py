"""Who asks is known before anything of a household is told or changed."""

from tests.desk.browser import Browser, seen


async def known(browser: Browser, page: str, year: str = "1970") -> None:
    """The person says the year of birth of the register."""
    assert "l'identité est vérifiée" in seen(await browser.submit(f"{page}/identity", page=page, year=year))
