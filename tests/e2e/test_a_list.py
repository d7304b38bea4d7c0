"""The journal at the desk, as a browser has it: looked through and exported, with no word of that in an address."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, expect

from tests.e2e.people import at_desk

LIST = "/desk/audit-entry/list"
WORD = "admin"
"""What is looked for, and stands in the filter."""


def test_the_journal_is_searched_filtered_sorted_paged_and_exported(
    chromium: Browser, address: str, shots: Path
) -> None:
    with at_desk(chromium, address, "admin") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(_address(request)))

        # What is typed is looked for, and marked.
        page.goto(LIST)
        page.fill("input[type=search]", WORD)
        page.press("input[type=search]", "Enter")
        page.wait_for_url(re.compile("asked="))
        expect(page.locator("input[type=search]")).to_have_value(WORD)
        expect(page.locator("tbody mark").first).to_have_text(WORD)
        page.screenshot(path=shots / "list-searched.png")

        # A filter is built beside it, and taken away by its own mark.
        page.click("#filter-builder-dropdown > button")
        row = page.locator("[data-sa-hook=filter-rows] [data-sa-hook=filter-row]").first
        row.locator("[data-sa-hook=filter-row-field]").select_option("login")
        row.locator("[data-sa-hook=filter-row-value]").fill(WORD)
        page.click("#filter-form button[type=submit]")
        expect(page.locator("#active-filters")).to_contain_text(WORD)
        expect(page.locator("tbody tr td[data-column=login]").first).to_contain_text(WORD)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=shots / "list-filtered-390.png")
        page.set_viewport_size({"width": 1366, "height": 768})
        page.screenshot(path=shots / "list-filtered-1366.png")
        before = _numbers(page)
        page.click("th[data-column=id] a")
        page.wait_for_url(re.compile("sort=id__asc"))
        assert _numbers(page) == sorted(before)
        expect(page.locator("#active-filters")).to_contain_text(WORD)

        # What matches is exported.
        page.check("#select-all-rows")
        page.click("[data-sa-name=export]")
        with page.expect_download() as download:
            page.click("[data-sa-action=action-submit]")
        lines = download.value.path().read_text("utf-8-sig").splitlines()
        assert len(lines) == 1 + len(before)

        page.goto(page.url)
        page.click("#active-filters a >> nth=0")
        expect(page.locator("#active-filters")).to_have_count(0)
        expect(page.locator("input[type=search]")).to_have_value(WORD)

        # Pages of all there is.
        page.goto(LIST)
        page.locator("[data-desk-goes]").select_option(label="50")
        page.wait_for_url(re.compile("page_size=50"))
        assert any("asked=" in each for each in asked)
        assert not [each for each in asked if WORD in each]


def _address(request: Request) -> str:
    return request.url + " " + (request.headers.get("referer") or "")


def _numbers(page: Page) -> list[int]:
    return [int(text) for text in page.locator("tbody td[data-column=id]").all_inner_texts()]
