"""The camera as a scanner: a picture of a slip held before it opens its return."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect

from printer.qr import matrix
from tests.e2e.visitor.conftest import Service, heading

PIXELS = 9  # a module


def film(code: str, path: Path) -> None:
    """What the camera sees: the code on a grey table, in Chromium's format for a made-up camera (JPEGs one after the other)."""
    modules = matrix(code)
    picture = Image.new("L", (len(modules), len(modules)), 255)
    picture.putdata([0 if dark else 255 for row in modules for dark in row])
    picture = picture.resize((len(modules) * PIXELS,) * 2, Image.Resampling.NEAREST).rotate(6, expand=True, fillcolor=200)
    frame = io.BytesIO()
    ImageOps.pad(picture, (640, 480), color=200).convert("RGB").save(frame, "JPEG", quality=90)
    path.write_bytes(frame.getvalue() * 10)


@pytest.fixture
def before_camera(browser_type, browser_type_launch_args: dict, browser_context_args: dict, service: Service, tmp_path: Path):
    """The return screen of a kiosk with a camera, a slip before it."""
    film(service.lend()[0], tmp_path / "slip.mjpeg")
    browser = browser_type.launch(**{**browser_type_launch_args, "args": [
        *browser_type_launch_args["args"], "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'slip.mjpeg'}"]})
    page = browser.new_page(**browser_context_args)
    page.goto(f"/kiosk/enrol/{service.new_station()}")
    page.goto("/kiosk/return")
    yield page
    browser.close()


def test_a_slip_held_before_the_camera_opens_its_return(before_camera: Page):
    before_camera.tap("#camera button")
    expect(heading(before_camera)).to_have_text("Buku mana yang Anda kembalikan?", timeout=20_000)


def test_without_a_camera_none_is_offered(kiosk: Page):
    kiosk.goto("/kiosk/return")
    expect(kiosk.locator("#number")).to_be_visible()
    expect(kiosk.locator("#camera")).to_be_hidden()
