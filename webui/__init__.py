"""The screens: everything that knows HTTP, HTML or Flask."""

from functools import partial

from flask import Flask
from werkzeug.routing import IntegerConverter

from foundation.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application; its database must be migrated (see migrating.py)."""
    app = all_screens()
    install(app, settings or Settings.read())
    return app


def install(app: Flask, settings: Settings) -> None:
    """Let the screens answer for this installation: with its database, files, devices and keys."""
    from webui.kept_pages import KeptPages
    from webui.sessions import ServerSessions
    from webui.wiring import wire

    wired = wire(settings)
    app.secret_key = wired.keys.session
    app.extensions["wiring"] = wired
    app.session_interface = ServerSessions(wired.database, settings.https)
    pages = app.extensions["kept_pages"] = KeptPages()
    wired.database.committed.append(pages.forget)


def all_screens() -> Flask:
    """Every screen there is, of no installation yet."""
    from webui import access, assets, errors, language
    from webui.routes import desk, health, office, paper, procedure, public, scanning, staff, uploads, verifying, visitor

    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=60 * 2**20, MAX_FORM_MEMORY_SIZE=2**17, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.url_map.converters["int"] = partial(IntegerConverter, max=2**31 - 1)  # no row has a larger id: such a page does not exist
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    access.protect(app)
    language.speak(app)
    assets.serve_assets(app)
    errors.handle(app)
    for blueprint in (staff.screens, visitor.screens, desk.screens, office.screens, scanning.screens, procedure.screens, uploads.screens,
                      verifying.screens, paper.screens, public.screens, health.screens):
        app.register_blueprint(blueprint)
    return app
