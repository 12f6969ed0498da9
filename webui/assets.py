"""Our own files for the browser: named by their content, compressed once, kept for ever by the browser."""

import gzip
import hashlib
import mimetypes
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request

FOLDER = Path(__file__).with_name("static")
TEXT = {".css", ".js", ".svg", ".wasm", ".json", ".html"}
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("text/javascript", ".js")

screens = Blueprint("static", __name__)


@dataclass(frozen=True)
class Asset:
    plain: bytes
    packed: bytes | None
    kind: str
    digest: str


@cache
def asset(name: str) -> Asset | None:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return None
    content = path.read_bytes()
    if path.suffix == ".css":  # one style sheet may name another file (the font): give it its content's name too
        content = _name_urls(content.decode(), path).encode()
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in TEXT else None
    return Asset(content, packed, mimetypes.guess_type(name)[0] or "application/octet-stream", hashlib.sha256(content).hexdigest()[:12])


def _name_urls(css: str, path: Path) -> str:
    import re

    def named(match: "re.Match[str]") -> str:
        target = (path.parent / match[1]).resolve()
        digest = hashlib.sha256(target.read_bytes()).hexdigest()[:12]
        return f'url("{match[1]}?v={digest}")'
    return re.sub(r'url\("([./\w-]+\.woff2)"\)', named, css)


@cache
def asset_url(name: str) -> str:
    """The address of a file under static/, with its content's digest. Raises LookupError for a file that is not there."""
    found = asset(name)
    if found is None:
        raise LookupError(f"no static file {name}")
    return f"/static/{name}?v={found.digest}"


def plain(name: str) -> str:
    """A style sheet as text, to stand in a document that becomes a PDF. Raises LookupError for a file that is not there."""
    found = asset(name)
    if found is None:
        raise LookupError(f"no static file {name}")
    return found.plain.decode()


@cache
def letters() -> str:
    """The @font-face of our letters with the font itself inside: a document that becomes a PDF fetches nothing."""
    font = asset("vendor/plus-jakarta-sans.woff2")
    if font is None:
        raise LookupError("no font")
    data = b64encode(font.plain).decode()
    return f'@font-face {{ font-family: "Plus Jakarta Sans"; src: url("data:font/woff2;base64,{data}") }}'


@screens.get("/static/<path:name>")
def serve(name: str) -> Response:
    found = asset(name)
    if found is None:
        return Response("There is no such file.", 404, mimetype="text/plain")
    packed = found.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(found.packed if packed else found.plain, mimetype=found.kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = f"public, max-age={365 * 24 * 3600}, immutable" if "v" in request.args else "no-cache"
    return response


def serve_assets(app: Flask) -> None:
    app.register_blueprint(screens)
    app.jinja_env.globals["asset"] = asset_url
