"""Only the hosts that the settings name are asked, no other host is led to, and nothing inside the office's network unless named."""

import socket
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import pytest

from foundation.settings import Settings
from scanner.publishing.public_web import Web, _is_public
from scanner.publishing.publisher import Unpublished, Unreachable
from scanner.publishing.publishers import publishers, web
from tests.integration.publishers.servers import serving


class Leads(BaseHTTPRequestHandler):
    """Leads to the address that it is asked for, or in a circle."""

    def do_GET(self) -> None:
        if self.path == "/here":
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"isi.")
            return
        self.send_response(302)
        self.send_header("Location", self.path.partition("?to=")[2] or self.path)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """It says nothing."""


@pytest.fixture
def port():
    with serving(Leads) as port:
        yield port


def test_a_host_is_led_on_within_itself(port):
    web = Web([], [f"127.0.0.1:{port}"])
    with web.get(f"http://127.0.0.1:{port}/x?to=/here") as answer:
        assert answer.text(100) == "isi."


@pytest.mark.parametrize(("to", "sentence"), [
    ("http://localhost:{port}/here", "leads to another site"), ("http://169.254.169.254/latest", "not among the sites"),
    ("file:///etc/passwd", "no address of a page"), ("", "leads in a circle"), ("http://127.0.0.1:1/here", "not among the sites")])
def test_nobody_is_led_elsewhere(port, to, sentence):
    web = Web([], [f"127.0.0.1:{port}", f"localhost:{port}"])
    with pytest.raises(Unpublished, match=sentence) as refused, web.get(f"http://127.0.0.1:{port}/x?to={to.format(port=port)}"):
        pass
    assert refused.value.lasting


@pytest.mark.parametrize("url", ["", "x", "https://", "https://user:pass@jdih.example/", "https://jdih.example:99999/", "gopher://jdih.example/",
                                 "https://jdih.example/a b", "https://jdih.example/\r\nX: y", "https://jdih.éxample/"])
def test_what_is_no_address_is_not_asked(url):
    with pytest.raises(Unpublished, match="no address of a page"):
        Web(["jdih.example"]).check(url)


@pytest.mark.parametrize("url", ["https://other.example/", "https://jdih.example.evil.example/", "https://jdih.example:8443/",
                                 "https://notjdih.example/", "http://127.0.0.1/"])
def test_a_host_that_is_not_named_is_not_asked(url):
    with pytest.raises(Unpublished, match="not among the sites"):
        Web(["jdih.example"]).check(url)


def test_both_ports_of_a_named_host_are_its_own():
    assert Web(["jdih.example"]).check("http://jdih.example/x").path == "/x"
    assert Web(["jdih.example"]).check("https://JDIH.example/x").hostname == "jdih.example"


def test_a_named_host_inside_the_network_is_not_asked_unless_it_is_named_as_one(port):
    with pytest.raises(Unpublished, match="inside a private network"), Web([f"localhost:{port}"]).get(f"http://localhost:{port}/here"):
        pass
    with Web([], [f"localhost:{port}"]).get(f"http://localhost:{port}/here") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(("address", "public"), [
    ("127.0.0.1", False), ("10.1.2.3", False), ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
    ("0.0.0.0", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("224.0.0.1", False),
    ("8.8.8.8", True), ("2001:4860:4860::8888", True)])
def test_which_addresses_are_public(address, public):
    assert _is_public(address) == public


def test_a_name_that_nobody_knows_is_said(monkeypatch):
    with pytest.raises(Unreachable, match="Nobody knows the name"), Web(["nobody.invalid"]).get("http://nobody.invalid/"):
        pass


def test_a_port_where_nobody_listens_is_said():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="broke"), Web([], [f"127.0.0.1:{port}"]).get(f"http://127.0.0.1:{port}/"):
        pass


def test_the_settings_say_who_is_asked_and_this_services_own_address_is_among_them():
    asked = web(Settings(port=8123, form_url="https://form.example/api", publish_hosts="jdih.example, arsip.example"))
    assert asked.hosts == {"127.0.0.1:8123", "form.example", "jdih.example", "arsip.example"}
    assert asked.private == {"127.0.0.1:8123"}
    assert web(Settings(public_url="https://jdih.example", publish_private_hosts="jdih.example")).private == {"jdih.example"}


@pytest.mark.parametrize(("settings", "sentence"), [
    ({"publishers": "portal,fax"}, "LOKET_PUBLISHERS names “fax”"), ({"publishers": "static"}, "LOKET_STATIC_URL"),
    ({"publishers": "static", "static_url": "gopher://x", "static_public_url": "https://x"}, "LOKET_STATIC_URL"),
    ({"publishers": "static", "static_url": "sftp://a:b@x/", "static_public_url": "https://x"}, "must not have a password"),
    ({"publishers": "static", "static_url": "sftp://x/", "static_public_url": "https://x"}, "known_hosts"),
    ({"publishers": "static", "static_url": "s3://x", "static_public_url": "https://x", "static_options": "/nowhere"}, "cannot be read"),
    ({"publishers": "form", "form_url": "https://x"}, "LOKET_FORM_PAGE_AT"),
    ({"publishers": "form", "form_url": "https://x", "form_page_at": "url", "form_fields": "colour=warna"}, "names “colour”"),
    ({"publishers": "form", "form_url": "https://x", "form_page_at": "url", "form_token_file": "/nowhere"}, "cannot be read")])
def test_settings_that_are_not_complete_are_said_at_the_start(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        publishers(Settings(**settings), Web([]), lambda _: [])
