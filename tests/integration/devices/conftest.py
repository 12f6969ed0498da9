"""What tests of every kind of printer share: a simulated printer's folder, and the bytes that came out of it."""

import pytest

from printer.simulated import slips


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "printer"


@pytest.fixture
def on_paper(folder):
    return lambda: b"".join(file.read_bytes() for file in slips(folder))
