"""Real servers on the loopback for the publishers to talk with: SFTP, WebDAV, S3, plain files over HTTP, and a site with a form."""

import asyncio
import email.parser
import email.policy
import functools
import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def serving(handler: Callable) -> Iterator[int]:
    """An HTTP server of `handler`; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """It says nothing."""


def files_of(folder: Path):
    """The public's way to what lies in a folder."""
    return serving(functools.partial(_Files, directory=str(folder)))


@contextmanager
def sftp(folder: Path, keys: Path) -> Iterator[dict]:
    """An SFTP server that shows `folder`; what a client needs to sign in to it: `url` and `options`."""
    import asyncssh

    host_key, port, loop = asyncssh.generate_private_key("ssh-ed25519"), free_port(), asyncio.new_event_loop()
    (keys / "known_hosts").write_bytes(f"[127.0.0.1]:{port} ".encode() + host_key.export_public_key())

    class Door(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("loket", "rahasia sftp")

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen("127.0.0.1", port, server_host_keys=[host_key], server_factory=Door,
                                     sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listener = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    yield {"url": f"sftp://127.0.0.1:{port}/", "options": {"username": "loket", "password": "rahasia sftp",
                                                            "known_hosts": str(keys / "known_hosts")}}

    async def close() -> None:
        listener.close()
        listener.close_connections() if hasattr(listener, "close_connections") else None
        await listener.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    asyncio.run_coroutine_threadsafe(close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@contextmanager
def webdav(folder: Path) -> Iterator[dict]:
    """A WebDAV server over `folder`, in a process of its own."""
    port = free_port()
    config = {"provider_mapping": {"/": str(folder)}, "host": "127.0.0.1", "port": port, "verbose": 1,
              "simple_dc": {"user_mapping": {"*": {"loket": {"password": "rahasia dav"}}}}, "logging": {"enable": False}}
    program = ("import json, sys; from waitress import serve; from wsgidav.wsgidav_app import WsgiDAVApp; "
               "config = json.loads(sys.argv[1]); serve(WsgiDAVApp(config), host=config['host'], port=config['port'], _quiet=True)")
    with _process([sys.executable, "-c", program, json.dumps(config)], port):
        yield {"url": f"webdav://127.0.0.1:{port}/", "options": {"username": "loket", "password": "rahasia dav"}}


@contextmanager
def s3() -> Iterator[dict]:
    """A store that speaks S3, with an empty bucket `situs` that everybody may read."""
    port = free_port()
    with _process([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port):
        address = f"http://127.0.0.1:{port}"
        options = {"key": "loket", "secret": "rahasia s3", "s3_additional_kwargs": {"ACL": "public-read"},
                   "client_kwargs": {"endpoint_url": address, "region_name": "us-east-1"}}
        urllib.request.urlopen(urllib.request.Request(f"{address}/situs", method="PUT")).close()
        yield {"url": "s3://situs", "options": options, "public": f"{address}/situs"}


@contextmanager
def _process(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


class FormSite:
    """A site that takes uploads with a token and shows them; `wrong` names how it misbehaves, `before`/`after` are told of an upload.

    It keeps one file for one Idempotency-Key. `wrong`: "500", "slow", "cut" (its file ends early), "other" (its file is another one),
    "away" (it leads elsewhere), "mute" (its answer has no address), "nameless" (its page does not say what it is), "gone".
    """

    def __init__(self) -> None:
        self.wrong, self.posts, self.items = "", 0, {}
        self.after: Callable[[], None] = lambda: None

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        self.posts += 1
        length = int(handler.headers["Content-Length"])
        body = b""
        while len(body) < length and (piece := handler.rfile.read(min(65536, length - len(body)))):
            body += piece
        if len(body) < length or handler.headers["Authorization"] != "Bearer kunci-contoh":
            handler.send_error(401 if len(body) == length else 400)
            return
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            b"Content-Type: " + handler.headers["Content-Type"].encode() + b"\r\n\r\n" + body)
        said = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        if self.wrong == "500":
            handler.send_error(503)
        elif self.wrong == "away":
            handler.send_response(302)
            handler.send_header("Location", "http://localhost:9/elsewhere")
            handler.end_headers()
        else:
            key = handler.headers["Idempotency-Key"]
            number = self.items.setdefault(key, {"number": len(self.items) + 1, "title": said["judul"].get_content().strip(),
                                                 "no": said["nomor"].get_content().strip(), "type": said["jenis"].get_content().strip(),
                                                 "file": said["berkas"].get_payload(decode=True)})["number"]
            self.after()
            self._answer(handler, json.dumps({"data": {} if self.wrong == "mute" else {"url": f"/item/{number}"}}).encode(),
                         "application/json")

    def show(self, handler: BaseHTTPRequestHandler) -> None:
        kind, _, number = handler.path.strip("/").partition("/")
        item = next((each for each in self.items.values() if str(each["number"]) == number.removesuffix(".pdf")), None)
        if item is None or self.wrong in ("gone", "500"):
            handler.send_error(503 if self.wrong == "500" else 404)
        elif kind == "item":
            says = "Dokumen" if self.wrong == "nameless" else f"{item['type']} Nomor {item['no']} – {item['title']}"
            self._answer(handler, f"<title>x</title><h1>{escape(says)}</h1><a href='/file/{number}.pdf'>Unduh</a>".encode(), "text/html")
        else:
            content = b"%PDF-1.4 another" if self.wrong == "other" else item["file"]
            self._answer(handler, content, "application/pdf", cut=self.wrong == "cut")

    def _answer(self, handler: BaseHTTPRequestHandler, content: bytes, kind: str, cut: bool = False) -> None:
        if self.wrong == "slow":
            time.sleep(2)
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:len(content) // 2] if cut else content)

    def serve(self):
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                site.take(self)

            def do_GET(self) -> None:
                site.show(self)

            def log_message(self, *_: object) -> None:
                """It says nothing."""
        return serving(Handler)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def in_thread(server) -> None:
    """Serve until its `shutdown`."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
