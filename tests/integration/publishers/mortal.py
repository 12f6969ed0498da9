"""A worker that is killed with SIGKILL at the step it is told: each line of its input is one life, each line of its output how it ended.

A step is a commit, a connection, a file of the site that is opened for writing, or one that gets its name.
"""

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path

from foundation.database import Database
from foundation.files import FileStore
from scanner.publishing.public_web import Web
from scanner.publishing.publishers.form import Form
from scanner.publishing.publishers.portal import Portal
from scanner.publishing.publishers.static_site import StaticSite
from tests.integration.publishers.checked import Desk

FIELDS = {"type": "jenis", "number": "nomor", "title": "judul"}


def pages(product: int | None):
    yield "index.html", b"<a href=produk/1/index.html>1</a>"
    yield "produk/1/index.html", "Keputusan Nomor 12: Penetapan “Jadwal Layanan” & Perpustakaan (fiktif)".encode()
    yield "produk/1/2026kpt12.pdf", Path(os.environ["FILE"])


def a_publisher(life: dict, web: Web):
    return {"form": lambda: Form(web, f"{life['url']}/upload", "kunci-contoh", FIELDS, "berkas", "data.url", ""),
            "static": lambda: StaticSite(f"file://{life['site']}", life["url"], {}, pages),
            "portal": lambda: Portal(life["url"])}[life["publisher"]]()


def a_desk(life: dict) -> Desk:
    web = Web([], [life["url"].removeprefix("http://")])
    return Desk(Database(life["database"]), FileStore(Path(life["files"])), {life["publisher"]: a_publisher(life, web)}, web)


def live(life: dict) -> None:
    os.environ["FILE"] = life["file"]
    steps = count(1)

    def step(*_: object) -> None:
        if next(steps) == life["last"]:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(event: str, args: tuple) -> None:
        of_site = life["site"] in str(args[:1])
        writes = event == "open" and of_site and isinstance(args[1], str) and "w" in args[1]
        if event == "socket.connect" or writes or (event == "os.rename" and of_site):
            step()
    desk = a_desk(life)
    desk.database.committed.append(step)
    sys.addaudithook(heard)
    desk.work()
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        life = json.loads(line)
        if (child := os.fork()) == 0:
            live(life)
        status = os.waitpid(child, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
