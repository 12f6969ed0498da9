"""The minimal Flask application: one view that runs recorded SQL and renders one line; served like the real one."""

import pickle
import sys
import threading
from pathlib import Path

from flask import Flask, render_template_string
from waitress import serve

from webui.bench.bare import connect, execute


def minimal(folder: Path) -> Flask:
    groups = pickle.loads((folder / "recorded.pickle").read_bytes())  # noqa: S301 written by the bench a moment ago
    app, connection, lock = Flask(__name__), connect(folder), threading.Lock()

    @app.get("/<int:group>/<int:part>/<int:position>")
    def view(group: int, part: int, position: int) -> str:
        with lock:
            rows = execute(connection, groups[group][part][position]) if part else 0
        return render_template_string("<!doctype html><title>{{ rows }}</title><p>{{ rows }} rows", rows=rows)

    return app


if __name__ == "__main__":
    serve(minimal(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), threads=4, ident=None)
