"""The screens: everything that knows HTTP, HTML or Flask."""

from functools import partial

from flask import Flask
from werkzeug.routing import IntegerConverter

from foundation.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application; its database must be migrated (see migrating.py)."""
    from webui import access, assets, errors, language
    from webui.routes import desk, health, office, paper, procedure, public, scanning, staff, uploads, verifying, visitor
    from webui.sessions import ServerSessions
    from webui.wiring import wire

    settings = settings or Settings.read()
    app = Flask(__name__, static_folder=None)
    wired = wire(settings)
    app.secret_key = wired.keys.session
    app.config.update(MAX_CONTENT_LENGTH=60 * 2**20, MAX_FORM_MEMORY_SIZE=2**17, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.url_map.converters["int"] = partial(IntegerConverter, max=2**31 - 1)  # no row has a larger id: such a page does not exist
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["wiring"] = wired
    app.session_interface = ServerSessions(wired.database, settings.https)
    access.protect(app)
    language.speak(app)
    assets.serve_assets(app)
    errors.handle(app)
    for blueprint in (staff.screens, visitor.screens, desk.screens, office.screens, scanning.screens, procedure.screens, uploads.screens,
                      verifying.screens, paper.screens, public.screens, health.screens):
        app.register_blueprint(blueprint)
    return app
