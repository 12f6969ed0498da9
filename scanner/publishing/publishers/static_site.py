"""Pages, files and feed written to a folder, SFTP, WebDAV or S3 as a publisher: read without this service, also from a disk."""

import hashlib
import json
import mimetypes
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from foundation.text import t
from scanner.publishing.public_web import WAIT
from scanner.publishing.publisher import Order, Placed, Unpublished, Unreachable

MANIFEST = ".loket.json"  # by path, the SHA-256 of what was put there; written last
PIECE = 1 << 17           # bytes in one message to an SFTP server
WITHIN = 60               # seconds for each answer of the other side
Site = Callable[[int | None], Iterable[tuple[str, bytes | Path]]]
SEE_SETTINGS = t("See what the settings say of the static site, and whether there is room.")


class Store(Protocol):
    """Where the files go; `path` is relative, with slashes."""

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError."""

    def put(self, source: Path, path: str) -> None:
        """At once and whole: who reads there sees what was before, or this."""

    def remove(self, path: str) -> None:
        """Raises FileNotFoundError."""

    def close(self) -> None:
        """Hang up."""


class StaticSite:
    """`site` answers what there is to see of one product, and of everything that names it; None: of all of them.

    Each product's page is produk/<id>/index.html, its files are beside it. Only what changed is sent.
    """

    def __init__(self, url: str, public_url: str, options: Mapping[str, Any], site: Site):
        self.url, self.public_url, self.options, self.site = url, public_url.rstrip("/"), options, site

    def put(self, order: Order) -> Placed:
        """The file goes first: nobody finds a page whose file is not there yet."""
        folder = f"produk/{order.product}"
        self._sync([(f"{folder}/{order.file_name}", order.path), *self.site(order.product)], f"{folder}/", order)
        page = f"{self.public_url}/{folder}"
        return Placed(f"{page}/index.html", f"{page}/{quote(order.file_name)}")

    def remove(self, order: Order) -> bool:
        """Its pages are written as they are by now, and its file is not among them."""
        self._sync(self.site(order.product), f"produk/{order.product}/", order)
        return True

    def refresh(self) -> None:
        self._sync(self.site(None), "")

    def _sync(self, files: Iterable[tuple[str, bytes | Path]], below: str, order: Order | None = None) -> None:
        """Put what changed, then take away what is there `below` a folder and is not among `files`, then note both.

        The order's own file is looked for whether it was noted or not: a process may have died before it could.
        """
        with self._troubles(), closing(open_store(self.url, self.options)) as store:
            known = self._known(store)
        with tempfile.TemporaryDirectory() as folder:
            seen: set[str] = set()
            changed = list(self._changed(files, known, seen, Path(folder)))
            own = [f"{below}{order.file_name}", _draft(f"{below}{order.file_name}")] if order else []
            with self._troubles(), closing(open_store(self.url, self.options)) as store:
                for path, source, digest in changed:
                    store.put(source, path)
                    known[path] = digest
                for path in {path for path in [*known, *own] if path.startswith(below) and path not in seen}:
                    with suppress(FileNotFoundError):
                        store.remove(path)
                    known.pop(path, None)
                (listed := Path(folder, "manifest")).write_text(json.dumps(known, indent=0, sort_keys=True))
                store.put(listed, MANIFEST)

    @staticmethod
    def _changed(files: Iterable[tuple[str, bytes | Path]], known: Mapping[str, str], seen: set[str], folder: Path
                 ) -> Iterator[tuple[str, Path, str]]:
        """Of `files` those that are new, as files: whoever makes them reads the database, and is done before the network is asked."""
        for number, (path, content) in enumerate(files):
            seen.add(path)
            if known.get(path) == (digest := _digest(content)):
                continue
            if isinstance(content, bytes):
                (source := folder / str(number)).write_bytes(content)
            yield path, content if isinstance(content, Path) else source, digest

    @staticmethod
    def _known(store: Store) -> dict[str, str]:
        try:
            return dict(json.loads(store.read(MANIFEST)))
        except (FileNotFoundError, ValueError):
            return {}

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        """What breaks becomes a sentence, without what was said for signing in."""
        host = urlsplit(self.url).hostname or urlsplit(self.url).path
        try:
            yield
        except PermissionError as problem:
            raise Unpublished(t("%(host)s does not let us write there."), SEE_SETTINGS, lasting=True, said=_said(problem),
                              host=host) from None
        except Exception as problem:  # each kind of store has its own kinds of trouble
            raise Unreachable(t("%(host)s could not take the files."), WAIT, said=_said(problem), host=host) from None


def open_store(url: str, options: Mapping[str, Any]) -> Store:
    """The store at `url`: file:///…, sftp://…, webdav(s)://… or s3://…; `options` are what its fsspec file system is told."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(parts.path))
    return {"sftp": Sftp, "s3": S3, "webdav": WebDav, "webdavs": WebDav}[parts.scheme](url, options)


class Folder:
    """A folder of this computer, or one that it has mounted."""

    def __init__(self, folder: Path):
        self.folder = folder

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def put(self, source: Path, path: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.part")
        with source.open("rb") as given, draft.open("wb") as file:
            shutil.copyfileobj(given, file)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
        draft.replace(target)

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    def close(self) -> None:
        """There is nothing to hang up."""


class Sftp:
    """A server's file is put under another name and renamed. The server must be the one in the file of known hosts."""

    def __init__(self, url: str, options: Mapping[str, Any]):
        import fsspec

        parts = urlsplit(url)
        self.files = fsspec.filesystem("ssh", host=parts.hostname, port=parts.port or 22, timeout=WITHIN, skip_instance_cache=True,
                                       **({"username": parts.username} if parts.username else {}), **options)
        self.root = parts.path.rstrip("/")

    def read(self, path: str) -> bytes:
        return self.files.cat_file(f"{self.root}/{path}")

    def put(self, source: Path, path: str) -> None:
        draft = _draft(f"{self.root}/{path}")
        self.files.makedirs(str(PurePosixPath(draft).parent), exist_ok=True)
        with source.open("rb") as given, self.files.open(draft, "wb") as file:
            shutil.copyfileobj(given, file, PIECE)  # put_file would have many on the way at once, and each would fail by itself
        self.files.mv(draft, f"{self.root}/{path}")

    def remove(self, path: str) -> None:
        self.files.rm_file(f"{self.root}/{path}")

    def close(self) -> None:
        from fsspec.asyn import sync

        sync(self.files.loop, self.files._stack.aclose, timeout=WITHIN)


class WebDav:
    """As Sftp, with a MOVE over the old one."""

    def __init__(self, url: str, options: Mapping[str, Any]):
        import fsspec

        more = dict(options)
        if "username" in more:
            more["auth"] = (more.pop("username"), more.pop("password", ""))
        base = url.replace("webdav", "http", 1)
        self.files = fsspec.filesystem("webdav", base_url=base, timeout=WITHIN, skip_instance_cache=True, **more)

    def read(self, path: str) -> bytes:
        return self.files.cat_file(path)

    def put(self, source: Path, path: str) -> None:
        draft = _draft(path)
        self.files.put_file(str(source), draft)
        self.files.client.move(draft, path, overwrite=True)

    def remove(self, path: str) -> None:
        self.files.rm_file(path)

    def close(self) -> None:
        self.files.client.http.close()


class S3:
    """An object is there whole or not at all."""

    def __init__(self, url: str, options: Mapping[str, Any]):
        import fsspec

        self.files = fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False, **options)
        self.root = url.removeprefix("s3://").rstrip("/")

    def read(self, path: str) -> bytes:
        return self.files.cat_file(f"{self.root}/{path}")

    def put(self, source: Path, path: str) -> None:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        self.files.put_file(str(source), f"{self.root}/{path}", ContentType=kind)

    def remove(self, path: str) -> None:
        self.files.rm_file(f"{self.root}/{path}")

    def close(self) -> None:
        self.files.close_session(self.files.loop, self.files.s3)


def _draft(path: str) -> str:
    """The name of a file that is not whole yet: the same one each time, so that a broken link leaves one at most."""
    name = PurePosixPath(path)
    return str(name.with_name(f".{name.name}.part"))


def _digest(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]
