"""The publishers that the settings name, in their order: the first is the office's main one."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from foundation.settings import Settings
from scanner.publishing.delivery import FIELDS
from scanner.publishing.public_web import Web, origin
from scanner.publishing.publisher import Publisher
from scanner.publishing.publishers.assisted import Assisted
from scanner.publishing.publishers.form import Form
from scanner.publishing.publishers.portal import Portal
from scanner.publishing.publishers.static_site import Site, StaticSite

STORES = ("file", "sftp", "webdav", "webdavs", "s3")


def web(settings: Settings) -> Web:
    """What may be asked over HTTP: the hosts of the settings' own addresses, and those that it lists.

    This service's own address may be a private one, as it is until it is told another.
    """
    own = [settings.static_public_url, settings.form_url, settings.assisted_url, settings.public_url]
    private = [] if settings.public_url else [origin(settings.public)]
    return Web([*(origin(url) for url in own if url), *_listed(settings.publish_hosts)],
               [*private, *_listed(settings.publish_private_hosts)])


def publishers(settings: Settings, web: Web, site: Site) -> dict[str, Publisher]:
    """By name. Raises ValueError with a sentence for a publisher that nobody knows, and for one whose settings are not complete."""
    makers = {"portal": lambda: Portal(settings.public), "static": lambda: _static(settings, site),
              "form": lambda: _form(settings, web), "assisted": Assisted}
    if unknown := [name for name in named(settings) if name not in makers]:
        raise ValueError(f"LOKET_PUBLISHERS names “{unknown[0]}”; there are {', '.join(makers)}.")
    return {name: makers[name]() for name in named(settings)}


def named(settings: Settings) -> list[str]:
    """The names of the publishers, the main one first."""
    return _listed(settings.publishers)


def _static(settings: Settings, site: Site) -> StaticSite:
    parts = urlsplit(settings.static_url)
    if parts.scheme not in STORES or not settings.static_public_url:
        raise ValueError("The static site needs LOKET_STATIC_URL (file:///folder, sftp://, webdav://, webdavs:// or s3://) and "
                         "LOKET_STATIC_PUBLIC_URL, where the public reads it.")
    if parts.password:
        raise ValueError("LOKET_STATIC_URL must not have a password in it; LOKET_STATIC_OPTIONS names the file that has it.")
    options = _options(settings.static_options)
    if parts.scheme == "sftp" and not options.get("known_hosts"):
        raise ValueError("SFTP needs “known_hosts” in the file of LOKET_STATIC_OPTIONS: the file that has the server’s key.")
    return StaticSite(settings.static_url, settings.static_public_url, options, site)


def _form(settings: Settings, web: Web) -> Form:
    if not settings.form_url or not settings.form_page_at:
        raise ValueError("The form needs LOKET_FORM_URL, and LOKET_FORM_PAGE_AT: where in the answer the page’s address is.")
    pairs = dict(pair.partition("=")[::2] for pair in _listed(settings.form_fields))
    if unknown := [name for name in pairs if name not in FIELDS]:
        raise ValueError(f"LOKET_FORM_FIELDS names “{unknown[0]}”; there are {', '.join(FIELDS)}.")
    token = _read(settings.form_token_file).strip() if settings.form_token_file else ""
    return Form(web, settings.form_url, token, pairs, settings.form_file_field, settings.form_page_at, settings.form_file_at)


def _options(file: str) -> dict[str, Any]:
    try:
        found = json.loads(_read(file)) if file else {}
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"The file {file} must be one JSON object, such as {{\"username\": \"…\", \"password\": \"…\"}}.")
    return found


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as problem:
        raise ValueError(f"The file {file} cannot be read: {problem.strerror}.") from None


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
