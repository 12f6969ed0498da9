"""A shared folder as a scanner: whole files only, in the order in which people count, and nothing is lost."""

import threading
import time

import pytest
from PIL import Image

from scanner.devices.connect import open_scanner
from scanner.devices.folder import FolderScanner
from scanner.devices.port import Settings, Source
from scanner.devices.troubles import BadPage, FeederEmpty, Offline
from tests.integration.scanners.conftest import number_on, shade
from tests.integration.scanners.scanner_contract import scan

FEEDER = Settings(Source.FEEDER)


@pytest.fixture
def share(tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(share):
    return lambda quiet=0.3: FolderScanner(share, settled=0.3, quiet=quiet)


def save(share, name: str, number: int) -> bytes:
    Image.new("L", (210, 297), shade(number)).save(share / name)
    return (share / name).read_bytes()


def test_pictures_become_pages_as_people_count_and_leave_the_folder(opened, share, out):
    originals = [save(share, name, number) for number, name in enumerate(("scan1.jpg", "scan2.png", "scan10.tif", "Scan11.JPEG"), 5)]
    (share / "Thumbs.db").touch()
    (share / ".hidden.jpg").touch()
    pages, trouble = scan(opened(), out, FEEDER, first=5)
    assert ([page.number for page in pages], trouble) == ([5, 6, 7, 8], None)
    assert [number_on(page.path) for page in pages] == [5, 6, 7, 8]
    assert [page.path.read_bytes() for page in pages] == originals
    assert sorted(file.name for file in share.iterdir()) == [".hidden.jpg", "Thumbs.db"]


def test_a_file_is_taken_only_when_nobody_writes_to_it_any_more(opened, share, out):
    whole = save(share, "a.png", 1)
    (share / "a.png").write_bytes(b"")

    def write_slowly():
        with (share / "a.png").open("wb", buffering=0) as file:
            for start in range(0, len(whole), len(whole) // 8):
                file.write(whole[start:start + len(whole) // 8])
                time.sleep(0.1)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    pages, trouble = scan(opened(), out, FEEDER)
    writer.join()
    assert (trouble, pages[0].path.read_bytes()) == (None, whole)


def test_a_stack_that_is_still_coming_is_waited_for(opened, share, out):
    save(share, "1.png", 1)
    threading.Timer(0.8, save, (share, "2.png", 2)).start()
    assert [page.number for page in scan(opened(quiet=3), out, FEEDER)[0]] == [1, 2]


def test_a_number_of_sheets_ends_it(opened, share, out):
    for number in (1, 2, 3):
        save(share, f"{number}.png", number)
    assert len(scan(opened(), out, Settings(Source.FEEDER, sheets=2))[0]) == 2
    assert [file.name for file in share.iterdir()] == ["3.png"]


@pytest.mark.parametrize(("name", "content", "said"), [
    ("2.jpg", b"", "The page’s file is empty."),
    ("2.jpg", "half", "The page’s file is cut off or damaged."),
    ("2.jpg", "bmp", "The page’s file is no TIFF, JPEG or PNG picture."),
    ("2.pdf", b"%PDF-1.7 /Encrypt", "“2.pdf” is a PDF, and pages are pictures."),
    ("2.tif", 1_000_000_000, "The page’s file is larger than any sheet can be.")])
def test_what_is_no_page_is_named_and_stays_and_the_pages_before_are_kept(opened, share, out, name, content, said):
    good = save(share, "1.png", 1)
    if content == "half":
        content = save(share, name, 2)[:-300]
    if content == "bmp":
        Image.new("L", (9, 9)).save(share / "x.bmp")
        content = (share / "x.bmp").read_bytes()
        (share / "x.bmp").unlink()
    with (share / name).open("wb") as file:
        file.truncate(content) if isinstance(content, int) else file.write(content)
    save(share, "3.png", 3)
    pages, trouble = scan(opened(), out, FEEDER)
    assert (type(trouble), str(trouble), f"“{name}” out of the folder" in trouble.next_step % trouble.details) == (BadPage, said, True)
    assert [page.path.read_bytes() for page in pages] == [good]
    assert sorted(file.name for file in share.iterdir()) == [name, "3.png"]
    (share / name).unlink()
    assert [page.number for page in scan(opened(), out, FEEDER, first=2)[0]] == [2]


def test_an_empty_folder_and_one_that_is_not_there(opened, share, out):
    assert isinstance(scan(opened(), out, FEEDER)[1], FeederEmpty)
    assert isinstance(scan(open_scanner(f"folder://{share}/nosuch"), out, FEEDER)[1], Offline)


def test_waiting_can_be_cancelled(share, out):
    save(share, "1.png", 1)
    scanner = FolderScanner(share, settled=60)
    threading.Timer(0.3, scanner.cancel).start()
    assert scan(scanner, out, FEEDER) == ([], None)
    assert (share / "1.png").exists()
