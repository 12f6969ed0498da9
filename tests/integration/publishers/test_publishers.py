"""One contract for every publisher: what is put there is found by the public, whole, once, and as it was checked."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scanner.publishing.proving import prove, prove_gone
from scanner.publishing.public_web import Web, origin
from scanner.publishing.publisher import Order, Publisher, Unpublished, Unreachable
from scanner.publishing.publishers.form import Form
from scanner.publishing.publishers.static_site import StaticSite, open_store
from tests.integration.publishers import servers
from tests.integration.publishers.checked import TITLE, an_order, pdf


def a_site(shown: list[Order]):
    """A small site of what is `shown` now, as webui.public_site gives it."""
    def site(product: int | None) -> Iterator[tuple[str, bytes | Path]]:
        yield "tampilan/site.css", b"body { color: black }"
        for order in shown:
            if product in (None, order.product):
                page = f"<h1>Keputusan Nomor {order.number}</h1><p>{order.title}</p><a href='{order.file_name}'>Unduh</a>"
                yield f"produk/{order.product}/index.html", page.encode()
                yield f"produk/{order.product}/{order.file_name}", order.path
        yield "index.html", "".join(f"<a href='produk/{each.product}/index.html'>{each.number}</a>" for each in shown).encode()
    return site


@dataclass
class Kit:
    """A publisher, what the public may ask, and `shown`: what the office shows on its own pages."""

    publisher: Publisher
    web: Web
    shown: list[Order]
    through: Callable[[int], Publisher]   # the same publisher, reached by another port
    port: int

    def put(self, order: Order):
        self.shown[:] = [order, *(each for each in self.shown if each.product != order.product)]
        return self.publisher.put(order)


def _static(stack: ExitStack, server: dict, public: str) -> Kit:
    shown: list[Order] = []
    parts = urlsplit(server["options"].get("client_kwargs", {}).get("endpoint_url") or server["url"])

    def through(port: int) -> StaticSite:
        options = dict(server["options"])
        if "client_kwargs" in options:
            options["client_kwargs"] = options["client_kwargs"] | {"endpoint_url": f"http://127.0.0.1:{port}"}
            options["config_kwargs"] = {"retries": {"max_attempts": 0}}
        if "known_hosts" in options:
            known = Path(options["known_hosts"])
            (other := known.with_name(f"known_hosts-{port}")).write_text(known.read_text().replace(str(parts.port), str(port)))
            options["known_hosts"] = str(other)
        return StaticSite(server["url"].replace(f":{parts.port}", f":{port}"), public, options, a_site(shown))
    return Kit(through(parts.port or 0), Web([], [origin(public)]), shown, through, parts.port or 0)


def _on_disk(stack: ExitStack, folder: Path, store) -> Kit:
    public = stack.enter_context(servers.files_of(folder))
    return _static(stack, store, f"http://127.0.0.1:{public}")


def folder_kit(stack: ExitStack, tmp_path: Path) -> Kit:
    (site := tmp_path / "site").mkdir()
    return _on_disk(stack, site, {"url": f"file://{site}", "options": {}})


def sftp_kit(stack: ExitStack, tmp_path: Path) -> Kit:
    (site := tmp_path / "site").mkdir()
    return _on_disk(stack, site, stack.enter_context(servers.sftp(site, tmp_path)))


def webdav_kit(stack: ExitStack, tmp_path: Path) -> Kit:
    (site := tmp_path / "site").mkdir()
    return _on_disk(stack, site, stack.enter_context(servers.webdav(site)))


def s3_kit(stack: ExitStack, tmp_path: Path) -> Kit:
    server = stack.enter_context(servers.s3())
    return _static(stack, server, server["public"])


FIELDS = {"type": "jenis", "number": "nomor", "title": "judul"}


def form_kit(stack: ExitStack, tmp_path: Path) -> Kit:
    port = stack.enter_context(servers.FormSite().serve())

    def through(other: int) -> Form:
        web = Web([], [f"127.0.0.1:{port}", f"127.0.0.1:{other}"])
        return Form(web, f"http://127.0.0.1:{other}/upload", "kunci-contoh", FIELDS, "berkas", "data.url", "")
    return Kit(through(port), Web([], [f"127.0.0.1:{port}"]), [], through, port)


KITS = {"folder": folder_kit, "sftp": sftp_kit, "webdav": webdav_kit, "s3": s3_kit, "form": form_kit}


@pytest.fixture(params=KITS)
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kit]:
    with ExitStack() as stack:
        yield KITS[request.param](stack, tmp_path)


def test_what_is_put_there_is_found_by_the_public_as_it_was_checked(kit, tmp_path):
    order = an_order(tmp_path, pdf())
    seen = prove(kit.web, order, kit.put(order))
    assert seen.file_url.endswith(".pdf")


def test_what_is_put_there_twice_is_there_once(kit, tmp_path):
    order = an_order(tmp_path, pdf())
    first = kit.put(order)
    assert kit.put(order) == first
    assert prove(kit.web, order, first) == prove(kit.web, order, first)


def test_another_file_of_the_product_takes_the_place_of_the_first(kit, tmp_path):
    first, second = an_order(tmp_path, pdf("satu")), an_order(tmp_path, pdf("dua"))
    old = prove(kit.web, first, kit.put(first))
    prove(kit.web, second, kit.put(second))
    if kit.publisher.remove(first):
        prove_gone(kit.web, first, old)
        prove(kit.web, second, kit.put(second))


def test_what_is_taken_away_is_gone_and_the_rest_stays(kit, tmp_path):
    order, other = an_order(tmp_path, pdf()), replace(an_order(tmp_path, pdf("lain")), product=8)
    placed, stays = prove(kit.web, order, kit.put(order)), prove(kit.web, other, kit.put(other))
    kit.shown.remove(order) if order in kit.shown else None
    if kit.publisher.remove(order):
        prove_gone(kit.web, order, placed)
    else:
        with pytest.raises(Unpublished, match="still at"):  # a person takes it away
            prove_gone(kit.web, order, placed)
    prove(kit.web, other, stays)


@contextmanager
def link(port: int, most: int) -> Iterator[int]:
    """A way to `port` that breaks once `most` bytes went there."""
    def carry(source: socket.socket, target: socket.socket, left: list[int]) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                left[0] -= len(data)
                if left[0] < 0:
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        left = [most]
        with suppress(OSError):
            while True:
                near = stack.enter_context(listener.accept()[0])
                far = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                begin(carry, near, far, left)
                begin(carry, far, near, [1 << 60])

    def begin(work: Callable, *args: object) -> None:
        threads.append(threading.Thread(target=work, args=args, daemon=True))
        threads[-1].start()

    threads: list[threading.Thread] = []
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as listener:
        begin(accept)
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)


@pytest.mark.parametrize("part", [0.2, 0.8, 0.95])
@pytest.mark.parametrize("name", [name for name in KITS if name != "folder"])
def test_a_link_that_dies_on_the_way_leaves_no_half_file_and_the_next_try_is_whole(name, part, tmp_path):
    content = pdf(size=2_000_000)
    with ExitStack() as stack:
        kit, order = KITS[name](stack, tmp_path), an_order(tmp_path, content)
        kit.shown.append(order)
        with link(kit.port, int(len(content) * part)) as port, pytest.raises(Unreachable) as broken:
            kit.through(port).put(order)
        assert broken.value.next_step
        with suppress(Unpublished), kit.web.get(_file_url(kit, order)) as answer:
            assert answer.status == 404
        prove(kit.web, order, kit.put(order))


def _file_url(kit: Kit, order: Order) -> str:
    public = getattr(kit.publisher, "public_url", f"http://127.0.0.1:{kit.port}/none")
    return f"{public}/produk/{order.product}/{order.file_name}"


def test_a_publisher_that_is_not_there_says_so_and_what_to_do(kit, tmp_path):
    order = an_order(tmp_path, pdf())
    if isinstance(kit.publisher, StaticSite) and kit.publisher.url.startswith("file:"):
        pytest.skip("a folder is always there")
    with pytest.raises(Unreachable) as trouble:
        kit.through(servers.free_port()).put(order)
    assert trouble.value.sentence
    assert trouble.value.next_step
    assert "rahasia" not in str(trouble.value) + trouble.value.said


@pytest.mark.parametrize("name", ["sftp", "webdav"])
def test_a_wrong_password_is_never_said_again(name, tmp_path):
    order = an_order(tmp_path, pdf())
    with ExitStack() as stack:
        kit = KITS[name](stack, tmp_path)
        publisher = kit.publisher
        publisher.options = publisher.options | {"password": "rahasia salah"}
        with pytest.raises(Unpublished) as trouble:
            publisher.put(order)
    assert "rahasia" not in str(trouble.value) + trouble.value.said


def test_an_sftp_server_that_is_another_one_is_not_spoken_to(tmp_path):
    order = an_order(tmp_path, pdf())
    with ExitStack() as stack:
        kit = sftp_kit(stack, tmp_path)
        known = Path(kit.publisher.options["known_hosts"])
        import asyncssh
        known.write_bytes(known.read_bytes().split(b" ")[0] + b" " + asyncssh.generate_private_key("ssh-ed25519").export_public_key())
        with pytest.raises(Unpublished):
            kit.publisher.put(order)
    assert list((tmp_path / "site").iterdir()) == []


def test_only_what_changed_is_sent_again(tmp_path):
    with ExitStack() as stack:
        kit, order = folder_kit(stack, tmp_path), an_order(tmp_path, pdf())
        kit.put(order)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*.*") if path.is_file()}
        kit.put(replace(order, product=9))
        changed = {path.name for path, at in before.items() if path.stat().st_mtime_ns != at}
    assert changed == {"index.html", ".loket.json"}


def test_a_site_whose_note_of_what_is_there_was_lost_is_written_anew(tmp_path):
    with ExitStack() as stack:
        kit, order = folder_kit(stack, tmp_path), an_order(tmp_path, pdf())
        kit.put(order)
        (tmp_path / "site/.loket.json").write_text("{")
        prove(kit.web, order, kit.put(order))


def test_the_stores_know_what_is_not_there(kit):
    if not isinstance(kit.publisher, StaticSite):
        pytest.skip("a form keeps nothing of ours")
    with closing(open_store(kit.publisher.url, kit.publisher.options)) as store, pytest.raises(FileNotFoundError):
        store.read("nothing/here.txt")


def test_the_page_is_told_by_its_words_whatever_marks_stand_between_them(kit, tmp_path):
    order = an_order(tmp_path, pdf())
    placed = kit.put(order)
    prove(kit.web, replace(order, fields={**order.fields, "title": TITLE.replace("“", '"').replace("”", '"').upper()}), placed)
    with pytest.raises(Unpublished, match="does not show the title"):
        prove(kit.web, replace(order, fields={**order.fields, "title": TITLE + " Tahun 2027"}), placed)
    with pytest.raises(Unpublished, match="does not show the number 1"):
        prove(kit.web, replace(order, fields={**order.fields, "number": "1"}), placed)
