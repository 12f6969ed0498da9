"""A kept file is whole or not there at all."""

import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from foundation.files import FileStore

SHA_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


def files(store):
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_file_is_found_by_its_content(store):
    assert store.put(io.BytesIO(b"abc")) == SHA_OF_ABC
    assert SHA_OF_ABC in store
    assert store.path(SHA_OF_ABC).read_bytes() == b"abc"
    assert store.is_whole(SHA_OF_ABC)


def test_the_same_content_is_kept_once(store):
    assert store.put(io.BytesIO(b"abc")) == store.put(io.BytesIO(b"abc"))
    assert len(files(store)) == 1


def test_a_kept_file_cannot_be_written_by_accident_and_a_changed_one_is_noticed(store):
    path = store.path(store.put(io.BytesIO(b"abc")))
    assert path.stat().st_mode & 0o222 == 0
    path.chmod(0o644)
    path.write_bytes(b"abd")
    assert not store.is_whole(SHA_OF_ABC)
    path.unlink()
    assert SHA_OF_ABC not in store
    assert not store.is_whole(SHA_OF_ABC)


def test_a_source_that_breaks_off_leaves_nothing(store):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("the cable was pulled")
            return super().read(2)

    with pytest.raises(OSError, match="cable"):
        store.put(Broken(b"abc"))
    assert files(store) == []


FILL = """
import io, resource, sys
from pathlib import Path
from foundation.files import FileStore
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    FileStore(Path(sys.argv[1])).put(io.BytesIO(bytes(5000)))
except OSError as problem:
    print("refused", problem.errno)
"""


def test_a_full_disk_leaves_nothing_behind(store):
    done = subprocess.run([sys.executable, "-c", FILL, str(store.folder)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("refused")
    assert files(store) == []


def test_what_a_dead_process_was_putting_in_is_swept(store):
    store.put(io.BytesIO(b"abc"))
    (store.folder / "new-of-the-dead").write_bytes(b"ab")
    assert store.sweep_drafts() == 1
    assert len(files(store)) == 1


def test_what_nobody_names_is_swept_an_hour_after_its_last_use(store):
    old, used, young, again = (store.put(io.BytesIO(content)) for content in (b"old", b"used", b"young", b"again"))
    for name in (old, used, again):
        os.utime(store.path(name), (0, 0))
    store.put(io.BytesIO(b"again"))
    asked = []
    assert store.sweep(lambda beginning: asked.append(beginning) or {used}, timedelta(hours=1)) == [old]
    assert asked == sorted({name[:2] for name in (old, used, young, again)})
    assert all(store.is_whole(name) for name in (used, young, again))
    assert old not in store


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_none_opens_nothing(store, name):
    with pytest.raises(ValueError, match="not the name"):
        store.path(name)
