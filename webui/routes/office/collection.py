"""The collection comes in and goes out: a file is put aside, every bad record of it shown, then it is imported, as a job, or dropped."""

import tempfile
import zipfile
from pathlib import Path
from typing import cast

from flask import abort, g, redirect, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from foundation.clock import today
from foundation.errors import Refused
from foundation.text import t, translator
from kiosk.exchange import bringing, exporting, importing
from kiosk.exchange.formats import recognise
from kiosk.exchange.imports import CollectionImport
from kiosk.exchange.records import describe
from kiosk.exchange.tables import LARGEST_FILE
from scanner.station import taking_in
from webui import language, title_files, uploads
from webui.routes.office.frame import do, go, page, screens
from webui.wiring import wiring

FULL = t("The export could not be written: the disk is full or cannot be used.")
MOST_SHOWN = 500  # bad records on one page
AROUND = 2**20    # bytes of the form around a file


@screens.get("/collection")
def collection() -> ResponseReturnValue:
    return _collection()


def _collection(refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        latest = bringing.latest(db)
    return page("office/collection.html", refusal, formats=exporting.FORMATS, latest=latest)


@screens.post("/collection")
def upload() -> ResponseReturnValue:
    request.max_content_length = LARGEST_FILE + AROUND
    given = [each for each in request.files.getlist("file") if each.filename]
    if not given:
        return _collection(Refused(t("No file is chosen."), fields={"file": t("Choose a file with a collection.")}))
    if len(given) == 1:
        uploads.keep(given[0])
    else:
        _keep_together(given)
    return redirect(url_for(".check"), 303)


def _keep_together(files: list[FileStorage]) -> None:
    """Several files, such as the two that SLiMS exports, as one."""
    with tempfile.TemporaryFile() as together:
        with zipfile.ZipFile(together, "w") as archive:
            for number, file in enumerate(files):
                with archive.open(f"{number}.csv", "w", force_zip64=True) as inside:
                    file.save(inside)
        together.seek(0)
        uploads.keep(FileStorage(together, " + ".join(Path(file.filename or "").name for file in files)))


@screens.get("/collection/check")
def check() -> ResponseReturnValue:
    """The dry run: what would come in, and every record that cannot be used, with its place and reason."""
    found = uploads.kept()
    if found is None:
        return redirect(url_for(".collection"), 303)
    try:
        source = recognise(*found)
        with wiring().database.reading() as db:
            plan = importing.check(db, source)
    except Refused as refusal:
        uploads.forget()
        return _collection(refusal)
    session["checked"] = [found[0].name, source.format, plan.records, plan.wrong]
    return page("office/check.html", name=found[1], plan=plan, format=source.format, ignored=source.ignored, most=MOST_SHOWN, said=_said,
                merged=_merged)


def _said(bad: importing.BadRow) -> str:
    return describe(bad, translator(language.current()))


def _merged(each: importing.Merged) -> str:
    return importing.tell_merged(each, translator(language.current()))


@screens.post("/collection/import")
def import_now() -> ResponseReturnValue:
    """What was checked becomes a job; its page tells how far it is."""
    path, name = uploads.kept() or abort(404)
    checked, form, records, wrong = session.get("checked") or ("", "", 0, 0)
    if checked != path.name:
        return redirect(url_for(".check"), 303)
    skip_bad = "skip_bad" in request.form
    if wrong and not skip_bad:
        raise Refused(t("Nothing was imported: some rows cannot be used."), t("Correct these rows in the file, or choose to skip them."),
                      status=422)
    with path.open("rb") as file:
        kept = wiring().files.put(file)
    asked = do(lambda db: bringing.order(db, name, form, kept, records, skip_bad, g.actor))
    uploads.forget()
    session.pop("checked", None)
    return redirect(url_for(".import_progress", import_id=asked.id), 303)


@screens.get("/collection/imports/<int:import_id>")
def import_progress(import_id: int) -> ResponseReturnValue:
    """How far an import is; the part that changes alone, where the page asks for it again."""
    with wiring().database.reading() as db:
        asked = db.get(CollectionImport, import_id) or abort(404)
    if request.headers.get("HX-Request"):
        return render_template("office/_import.html", asked=asked, said=_said, mistakes=bringing.mistakes(asked))
    return page("office/import.html", asked=asked, said=_said, mistakes=bringing.mistakes(asked))


@screens.post("/collection/drop")
def drop_upload() -> ResponseReturnValue:
    uploads.forget()
    return go(".collection", "dropped")


@screens.post("/collection/export")
def export() -> ResponseReturnValue:
    """The whole collection as a file; it is written to its end before any of it is sent, so that none arrives cut off."""
    form = request.form.get("format", "")
    if form not in exporting.FORMATS:
        abort(400)
    chosen = exporting.FORMATS[form]
    file = tempfile.TemporaryFile(dir=wiring().settings.data)  # noqa: SIM115 whoever sends it closes it
    try:
        with wiring().database.reading() as db:
            names = exporting.write(db, form, file, lambda product: title_files.published(db, product))
        exporting.add_files(file, names, wiring().files)
    except (Refused, OSError) as problem:
        file.close()
        return _collection(problem if isinstance(problem, Refused) else Refused(FULL, taking_in.ROOM))
    do(lambda db: exporting.note(db, form, g.actor))
    file.seek(0)
    name = f"{translator(language.current())(t('collection'))}-{today(wiring().office().time_zone)}.{chosen.suffix}"
    return send_file(cast("tempfile._TemporaryFileWrapper[bytes]", file), chosen.media, as_attachment=True, download_name=name)
