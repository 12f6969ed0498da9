"""Makes the pictures in docs/pictures anew from the running demo: .venv/bin/python -m tests.e2e.pictures"""

import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, Live
from webui.demo import PEOPLE, DemoPerson

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
OFFICER, ADMIN = (next(person for person in PEOPLE if person.username == name) for name in ("sari", "dewi"))
# picture -> page of the officer's, or of the administrator's; where it is one of many, how the link to the first of them looks
AT_THE_DESK = {
    "holds": ("/desk/holds", ""), "overdue": ("/desk/overdue", ""), "members": ("/desk/members", ""),
    "member": ("/desk/members", r"/desk/members/\d+"), "titles": ("/desk/titles", ""), "title-desk": ("/desk/titles", r"/desk/titles/\d+"),
    "report": ("/desk/reports", ""), "survey": ("/desk/surveys", r"/desk/survey/\d+"),
    "personal-data": ("/desk/personal-data", "")}
IN_THE_OFFICE = {"calendar": ("/office/calendar", ""), "rules": ("/office/rules", ""), "privacy": ("/office/privacy", "")}


def take(page: Page, name: str, width: int) -> None:
    """Keep what the page shows as docs/pictures/`name`.png, `width` pixels wide, with as few colours as it needs."""
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
    small.quantize(224).save(PICTURES / f"{name}.png", optimize=True)


def follow(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.tap()


def kiosk(page: Page, url: str) -> None:
    """One visit, from the attract screen to the loan; it stays waiting for the officer."""
    take(page, "attract", 540)
    follow(page, ".tile.first")
    follow(page, "a[href$='/guest-book']")
    page.tap("label:has([name=purpose][value='borrow'])")
    page.tap("label:has([name=category][value='student'])")
    page.locator(".k-dock .button--primary:visible").first.tap()
    page.fill("[name=name]", "Ratna Widyaningsih")
    page.fill("[name=institution]", "Universitas Nu")
    page.wait_for_timeout(600)
    take(page, "guest-book", 540)
    page.fill("[name=institution]", "Universitas Nusa Harapan")
    page.locator(".k-dock .button--primary:visible").first.tap()
    follow(page, ".k-dock .button--primary:visible")
    page.wait_for_url("**/kiosk/search**")
    page.fill("#q", "daftar pemilih")
    page.wait_for_timeout(800)
    take(page, "search", 540)
    follow(page, ".results .row:has(.status--success)")
    take(page, "title", 540)
    follow(page, "form[action$='/basket/add'] button")
    take(page, "basket", 540)
    follow(page, "form[action$='/borrow'] button")
    take(page, "loan", 540)


def farewell(page: Page, url: str) -> None:
    page.goto(f"{url}/kiosk/return")
    take(page, "return", 540)
    page.goto(f"{url}/kiosk/finish")
    follow(page, "button[value=stay]")
    take(page, "thanks", 540)


def sign_in(page: Page, url: str, person: DemoPerson) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", person.password)
    page.locator("form .button--primary").first.click()
    page.wait_for_url(lambda address: "sign-in" not in address)


def pages(page: Page, url: str, wanted: dict[str, tuple[str, str]]) -> None:
    for name, (path, one) in wanted.items():
        page.goto(url + path)
        if one:
            page.goto(url + re.search(f'href="({one})[^"]*"', page.content())[1])
        take(page, name, 900)


def stock(page: Page, url: str) -> None:
    """A stock-take at its second shelf, where three labels were read and one that belongs to the first."""
    page.goto(f"{url}/desk/stock")
    page.locator("main form .button--primary").click()
    page.wait_for_url("**/desk/stock/*")
    codes = []
    for shelf in (0, 1):
        page.locator(".shelves a").nth(shelf).click()
        page.locator("#label").wait_for()
        codes.append(page.locator("section[aria-labelledby=missing] .lines b").all_inner_texts())
    for code in (*codes[1][:3], codes[0][0]):
        page.fill("#label", code)
        page.keyboard.press("Enter")
        page.locator(".read", has_text=code).wait_for()
    take(page, "stock", 900)


def desk(page: Page, url: str) -> None:
    sign_in(page, url, OFFICER)
    take(page, "desk", 900)
    loan = re.search(r"/desk/loan/\d+", page.content())[0]
    page.locator(f"form[action='{loan}/hand-over'] button").first.click()
    page.goto(url + loan)
    take(page, "desk-loan", 900)
    page.goto(f"{url}/desk/day")
    take(page, "day", 900)
    page.goto(f"{url}/paper/")
    page.locator(".tray svg").first.wait_for()
    take(page, "paper", 900)
    pages(page, url, AT_THE_DESK)
    stock(page, url)


def _context(browser: Browser, width: int, height: int) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": height}, has_touch=True, locale="id-ID", timezone_id="Asia/Jakarta",
                               reduced_motion="reduce")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        live = Live(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            screen = _context(browser, 1080, 1920).new_page()
            screen.goto(re.search(r"http\S+/enrol/\S+", live.log.read_text())[0])
            kiosk(screen, live.url)
            desk(_context(browser, 1280, 800).new_page(), live.url)
            farewell(screen, live.url)
            page = _context(browser, 1280, 800).new_page()
            sign_in(page, live.url, ADMIN)
            pages(page, live.url, IN_THE_OFFICE)
        finally:
            browser.close()
            live.stop()


if __name__ == "__main__":
    main()
