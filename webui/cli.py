"""The `loket` command: what the people who run an installation type."""

import os
import shutil
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from foundation.database import Database, DatabaseUnusable, Session
from foundation.errors import Refused
from foundation.opening import give_up, open_database
from foundation.people import Actor, Role
from foundation.settings import Settings
from foundation.text import translator
from webui.document_cli import document
from webui.printing_cli import printer
from webui.scanning_cli import scanner

HERE = Path(__file__).resolve().parent.parent
MARK = "this-is-a-demo"  # a file in a demo's data folder
AT_THE_MACHINE = Actor("command line", frozenset(Role))


def stop(sentence: str) -> click.ClickException:
    return click.ClickException(sentence)


def _settings() -> Settings:
    try:
        return Settings.read()
    except ValueError as problem:
        raise stop(str(problem)) from None


@contextmanager
def _database(settings: Settings | None = None) -> Iterator[Database]:
    """The installation's database at this program's version; what goes wrong with it is one sentence."""
    import webui.models  # noqa: F401
    from webui.migrating import upgrade, version

    settings = settings or _settings()
    database = None
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = open_database(settings)
        is_new = version(database) is None
        upgrade(database)
        if is_new:
            _begin(database)
        yield database
    except OSError as problem:
        raise _unusable(settings.data, problem) from None
    except (DatabaseUnusable, Refused) as problem:
        raise stop(_in_words(problem)) from None
    finally:
        if database:
            database.close()


def _begin(database: Database) -> None:
    """What a new office begins with; once, so that what it takes away later stays away."""
    from kiosk.borrowing import calendar, rules

    def seed(session: Session) -> None:
        calendar.seed_week(session)
        rules.seed_rules(session)
    database.run(seed)  # two processes may begin at once


def _unusable(data: Path, problem: OSError) -> click.ClickException:
    return stop(f"The data folder {data} cannot be used: {problem.strerror}.")


def _in_words(problem: Exception) -> str:
    if isinstance(problem, Refused):  # on a page the sentence of each field stands beside it
        return " ".join([str(problem), *(problem.fields.values() or [problem.next_step])]).strip()
    return str(problem)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="loket")
def main() -> None:
    """Loket: the front desk of a small library."""


main.add_command(printer)
main.add_command(scanner)
main.add_command(document)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=HERE / "demo", help="Where the demo lives.")
@click.option("--printer", default="", metavar="ADDRESS", help="A real printer, such as tcp://192.168.1.50:9100.")
@click.option("--fresh", is_flag=True, help="Forget the demo and start over.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
def demo(port: int, host: str, data: Path, printer: str, fresh: bool, no_browser: bool) -> None:
    """A whole fictional office to try everything in."""
    from printer.connect import check_address
    from webui import demo as office
    from webui.demo.published import publish_some
    from webui.serving import only_one, serve

    data = data.resolve()
    settings = Settings(data=data, host=host, port=port, demo=True, log_level="warning")
    _claim(data, fresh)
    with only_one(data):  # never under a demo that is running
        if fresh:
            _empty(data)
        with _database(settings) as database:
            address = printer or f"simulated://{data / 'paper'}"
            check_address(address)
            click.echo("Preparing the demo office …")
            made = office.fill(database, address, f"simulated://{data / 'scanner'}")
        publish_some(settings)
    serve(settings, lambda base: _welcome(made, base, no_browser))


def _claim(data: Path, fresh: bool) -> None:
    """Make `data` a demo's folder; one that holds something else is left alone."""
    mark = data / MARK
    try:
        if data.exists() and not mark.exists() and any(data.iterdir()):
            raise stop(f"{data} is not a demo's folder, so it is not deleted; name another one with --data." if fresh else
                       f"{data} holds something else; name an empty folder with --data.")
        data.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as problem:
        raise _unusable(data, problem) from None


def _empty(data: Path) -> None:
    """Forget the demo in `data`, but for its mark and the lock that is held."""
    from webui.serving import LOCK

    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in (MARK, LOCK):
            path.unlink()


def _welcome(made: object, base: str, no_browser: bool) -> None:
    from webui.demo import description

    start, text = description(made, base)
    click.echo(text)
    if not no_browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(start)


@main.command()
def run() -> None:
    """Serve this installation: settings from LOKET_* or the file LOKET_SETTINGS names, migrate, serve, work."""
    from webui.serving import serve

    settings = _settings()
    with _database(settings):
        pass
    serve(settings, lambda base: click.echo(f"Loket is ready at {base}"))


@main.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
@click.pass_context
def test(context: click.Context) -> None:
    """Run the project's own tests: all of them on all processors, or what the arguments for pytest say."""
    os.chdir(HERE)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *(context.args or ["-n", "auto"])])  # noqa: S606 our own interpreter, our own tests


@main.command()
@click.argument("what", type=click.Choice(["desk", "printing", "scanning", "documents", "collection", "search", "reports"]), default="desk")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--titles", default=100_000, show_default=True, help="Size of the collection (desk, collection, search).")
@click.option("--database", "url", help="An empty PostgreSQL database to measure on instead of SQLite (collection, search, reports).")
@click.option("--seconds", default=20, show_default=True, help="How long screens work (desk), a scanner feeds (scanning).")
@click.option("--slips", default=300, show_default=True, help="How many slips meet faults (printing).")
@click.option("--seed", default=7, show_default=True, help="Which faults they meet (printing).")
@click.option("--pages", default=None, type=click.IntRange(1), help="How many pages one batch has (scanning: 500, documents: 20).")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def bench(what: str, folder: Path | None, titles: int, seconds: int, slips: int, seed: int, pages: int | None, url: str | None,
          as_json: bool) -> None:
    """Measure beside the bare tools: the desk's speed and memory, what becomes of slips when printers fail, scanners, documents, a large
    import, the search, or the reports of ten years.

    FOLDER (documents): scans with their true text beside them, such as 1.jpg and 1.txt; without it fictional ones are drawn.
    """
    if what == "printing":
        from webui.bench.printing import run_bench
        run_bench(slips, seed, as_json)
    elif what == "scanning":
        from webui.bench.scanning import run_bench as run_scanning_bench
        run_scanning_bench(pages or 500, seconds, as_json)
    elif what == "documents":
        from webui.bench.documents import SHEETS
        from webui.bench.documents import run_bench as run_documents_bench
        run_documents_bench(folder, pages or SHEETS, as_json)
    elif what == "reports":
        from webui.bench.reports import run_bench as run_reports_bench
        run_reports_bench(url, as_json)
    elif what == "collection":
        from webui.bench.collection import run_bench as run_collection_bench
        run_collection_bench(titles, url, as_json)
    elif what == "search":
        from webui.bench.search import run_bench as run_search_bench
        run_search_bench(titles, url, as_json)
    else:
        from webui.bench import run_bench as run_desk_bench
        run_desk_bench(titles, seconds, as_json)


@main.command()
def migrate() -> None:
    """Bring the database to this program's version."""
    with _database() as database:
        click.echo(f"The database {database.url.render_as_string(hide_password=True)} is up to date.")


@main.group()
def person() -> None:
    """People who sign in."""


def _new_password() -> str:
    if sys.stdin.isatty():
        return click.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True)
    return sys.stdin.readline().rstrip("\n")


@person.command("add")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(role) for role in Role]))
@click.option("--name", help="The name people read; the user name when not given.")
def person_add(username: str, roles: tuple[str, ...], name: str | None) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    from foundation.people import hash_password
    from foundation.staffing import hire

    with _database() as database:
        hashed = hash_password(_new_password())
        added = database.run(lambda session: hire(session, username, name or username, list(roles), hashed, AT_THE_MACHINE))
        click.echo(f"{added.username} may sign in as {', '.join(roles)}.")


@person.command("list")
def person_list() -> None:
    """Who may sign in, as what."""
    from foundation.staffing import everybody

    with _database() as database, database.reading() as session:
        for one in everybody(session):
            click.echo(f"{one.username:20} {one.name:30} {', '.join(one.roles)}{'' if one.active else '  (inactive)'}")


@person.command("password")
@click.argument("username")
def person_password(username: str) -> None:
    """Give a person a new password and end the person's sessions."""
    from foundation.people import find_by_username, hash_password
    from foundation.staffing import set_password
    from webui.sessions import end_all_of

    with _database() as database:
        hashed = hash_password(_new_password())
        with database.transaction() as session:
            found = find_by_username(session, username)
            if found is None:
                raise stop(f"There is no “{username}”; ./loket person list shows who there is.")
            set_password(session, found.id, hashed, AT_THE_MACHINE)
            end_all_of(session, found.id)
        click.echo(f"{username} has a new password.")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out and import the others.")
def import_(file: Path, dry_run: bool, skip_bad: bool) -> None:
    """Import a collection: CSV, XLSX, SLiMS, INLISLite, MARC, or a ZIP with its files; nothing is imported while a row is bad."""
    from foundation.files import FileStore
    from kiosk.exchange import importing
    from kiosk.exchange.formats import recognise
    from kiosk.exchange.records import describe
    from scanner.workshop.processes import Workshop
    from webui.wiring import filing

    say, settings, workshop = translator("en"), _settings(), Workshop()
    with _database(settings) as database, closing(workshop):
        source = recognise(file, file.name)
        with database.reading() as session:
            plan = importing.check(session, source)
        for bad in plan.bad:
            click.echo(describe(bad, say), err=True)
        for each in plan.merged:
            click.echo(importing.tell_merged(each, say))
        click.echo(importing.summary(plan, say))
        if dry_run:
            sys.exit(1 if plan.bad else 0)
        if plan.bad and not skip_bad:
            raise stop("Nothing was imported. Mend these rows, or say --skip-bad to leave them out.")
        done = importing.apply_in_chunks(database, source, AT_THE_MACHINE, filing(FileStore(settings.data / "files"), workshop))
        for bad in done.bad:
            if bad not in plan.bad:
                click.echo(describe(bad, say), err=True)
        click.echo("Imported.")


@main.group()
def audit() -> None:
    """The trail of who did what."""


@audit.command("verify")
def audit_verify() -> None:
    """Prove that no sealed entry of the trail was changed or removed."""
    from foundation.audit import broken_at, seal_all

    with _database() as database:
        seal_all(database)
        with database.reading() as session:
            broken = broken_at(session)
        if broken is not None:
            raise stop(f"The trail is broken at entry {broken}: it was changed, or one before it was removed.")
        click.echo("The trail is whole.")


@main.command("catch-up")
def catch_up() -> None:
    """Bring what is published to publishers that LOKET_PUBLISHERS names since then; the running service does it."""
    from scanner.publishing import delivery, publishers

    settings = _settings()
    with _database(settings) as database:
        count = database.run(lambda session: delivery.catch_up(session, publishers.named(settings)))
    click.echo(f"{count} products are brought to publishers that do not have them yet." if count else "Every publisher has everything.")


@main.group()
def keys() -> None:
    """The secret keys behind the slips' codes and the sealed contacts."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Sign new slips with a new key; slips already on paper stay good."""
    from foundation.keys import load, rotate

    settings = _settings()
    if settings.secret_key:
        raise stop("The keys come from LOKET_SECRET_KEY; change them there.")
    load(settings.data)
    try:
        click.echo(f"New slips are signed with key {rotate(settings.data)} after the next start.")
    except ValueError as problem:
        raise stop(str(problem)) from None


@keys.command("give-up-contacts")
@click.confirmation_option(prompt="Every contact in the database is emptied and cannot be had back. Is their key lost for ever?")
def keys_give_up_contacts() -> None:
    """Empty the contacts, whose key is lost; the service starts again with the present key."""
    import webui.models  # noqa: F401

    database = open_database(_settings())
    with database.transaction() as session:
        give_up(session, AT_THE_MACHINE)
    database.close()
    click.echo("The contacts are empty; new ones are sealed with the present key.")


if __name__ == "__main__":
    main(prog_name="loket")
