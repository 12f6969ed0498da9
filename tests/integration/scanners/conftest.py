"""What tests of every kind of scanner share: a stack whose pages can be told apart, SANE's own devices, a small disk."""

import os
import subprocess
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

import scanner
from scanner.devices.port import Mode, Settings, Source
from tests.sane import sane_knows

HOME = Path(scanner.__file__).parents[1]
FEEDER = Settings(Source.FEEDER, Mode.GRAY, 75)
SHEETS = 25


def shade(number: int) -> int:
    """How light page `number` of the stack is."""
    return 6 + 9 * number


def number_on(page: Path) -> int:
    with Image.open(page) as picture:
        gray = picture.convert("L")
        return round((gray.getpixel((gray.width // 2, gray.height // 2)) - 6) / 9)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    for number in range(1, SHEETS + 1):
        Image.new("L", (210, 297), shade(number)).save(folder / f"{number:02d}.png")
    return folder


@pytest.fixture
def stack(drawn, tmp_path):
    """A folder of 25 pages."""
    folder = tmp_path / "stack"
    folder.mkdir()
    for picture in drawn.iterdir():
        os.link(picture, folder / picture.name)
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def sane(tmp_path, monkeypatch):
    """SANE knows only the backends that it is told: sane("test")."""
    folder = tmp_path / "sane.d"
    folder.mkdir()
    monkeypatch.setenv("SANE_CONFIG_DIR", str(folder))
    return partial(sane_knows, folder)


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 40 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("a small disk can be made by root only")
    yield folder
    subprocess.run(["umount", folder], check=True)
