"""One running service: the web server's threads and the workers, until somebody says stop."""

import ctypes
import errno
import fcntl
import gc
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
import structlog

from foundation.settings import Settings

LOCK = "loket.lock"  # in the data folder
RECEIVED = 256 * 2**20  # bytes of a form; which form may have how many is the application's to say, in a sentence
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of glibc's malloc.h
RECEIVING = "receiving"  # in the data folder: where a file is while it comes, which /tmp may have in memory


def log_to(stream: object, level: str) -> None:
    import logging

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(file=stream))  # type: ignore[arg-type]
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve `settings` until SIGTERM or Ctrl-C; `ready` is told the base address once requests are answered.

    Raises click.ClickException with a sentence when the port is taken, the data folder is another service's, or a setting cannot be used.
    """
    from webui import create_app
    from webui.working import Works

    give_memory_back()
    log_to(sys.stderr, settings.log_level)
    with nullcontext() if settings.database_url else only_one(Path(settings.data)):
        try:
            app = create_app(settings)
        except ValueError as problem:  # a publisher that is not known, or whose settings are not complete
            raise click.ClickException(str(problem)) from None
        (settings.data / RECEIVING).mkdir(mode=0o700, exist_ok=True)
        tempfile.tempdir = str((settings.data / RECEIVING).absolute())
        server = listen(app, settings)
        works = Works(app.extensions["wiring"])
        app.extensions["works"] = works
        works.start()
        settle_memory()
        signal.signal(signal.SIGTERM, _end)
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 compared, not bound
        ready(f"http://{host}:{settings.port}")
        server.run()  # until SIGTERM or Ctrl-C; who is being answered then gets the answer
        server.close()
        works.stop()
        app.extensions["wiring"].database.close()


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit


def give_memory_back() -> None:
    """Have a big picture's memory go back to the system when it is done with, for threads that begin from here on.

    glibc learns from the first scanned page (26 MB) to keep such blocks, in up to eight heaps for each core: 500 pages left 60 MiB
    behind in which nothing was any more. Nothing is done where the C library is another one. See mallopt(3).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(M_MMAP_THRESHOLD, 2**20)
    mallopt(M_ARENA_MAX, 2)


def settle_memory() -> None:
    """What was loaded to start stays for good: the collector need not look at it again (it took a tenth of the CPU)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def listen(app: object, settings: Settings):
    """The web server of `app`, bound to its port and not running yet. Raises click.ClickException with a sentence."""
    from waitress import create_server

    try:
        return create_server(app, host=settings.host, port=settings.port, threads=settings.threads, ident=None,
                             max_request_body_size=RECEIVED, log_socket_errors=False, **_proxy(settings.trusted_proxy))
    except OSError as problem:
        where = f"{settings.host}:{settings.port}"
        if problem.errno == errno.EADDRINUSE:
            raise click.ClickException(f"Port {settings.port} is in use by another program; choose another one, "
                                       "with --port for the demo or LOKET_PORT for run.") from None
        if problem.errno == errno.EACCES:
            raise click.ClickException(f"{where} may not be used without more rights; choose a port above 1023.") from None
        raise click.ClickException(f"{where} cannot be listened on: {problem.strerror}.") from None


def _proxy(address: str) -> dict[str, object]:
    """Whose X-Forwarded-* headers waitress believes: of a proxy at `address`, the last one before us; of nobody else."""
    believed = {"trusted_proxy": address, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
                "trusted_proxy_count": 1}
    return {"clear_untrusted_proxy_headers": True, **(believed if address else {})}


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder for this process: a second service on the same SQLite file would make writers wait for seconds."""
    with (data / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"Another Loket is already running on {data}; stop it first.") from None
        yield
