"""The catalogue at the desk: titles found, described, withdrawn, and two that are one made one."""

from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from kiosk.borrowing import reserving
from kiosk.counter import finding
from kiosk.ledger.collection import CopyStatus, Kind, Title
from kiosk.shelves import attaching, cataloguing, describing, merging
from kiosk.shelves.availability import availability
from kiosk.shelves.searching import search
from webui import title_files
from webui.forms import row_id
from webui.routes.desk.frame import LONGEST_CODE, do, go, page, screens
from webui.wiring import wiring

PAGE = 30


@screens.get("/titles")
def titles() -> ResponseReturnValue:
    """The newest titles, or those that are looked for; or those that were withdrawn, which nobody else finds."""
    words, number = request.args.get("q", "")[:LONGEST_CODE], min(max(1, request.args.get("page", 1, int)), 1000)
    kinds = [kind for kind in Kind if kind.value == request.args.get("kind")]
    withdrawn = request.args.get("show") == "withdrawn"
    with wiring().database.reading() as db:
        if withdrawn:
            found, gone = None, cataloguing.withdrawn_titles(db, words, PAGE, PAGE * (number - 1))
        else:
            found, gone = search(db, words, kinds=kinds, limit=PAGE, offset=PAGE * (number - 1)), []
        if number > 1 and not (found.hits if found else gone):  # beyond the last one
            last = max(1, -(-found.total // PAGE)) if found else 1
            return redirect(url_for(".titles", **{**request.args, "page": last}), 303)
        return page("desk/titles.html", found=found, gone=gone, words=words, kinds=kinds, all_kinds=Kind, number_of_page=number, step=PAGE,
                    pictures=attaching.pictured(db, [hit.id for hit in found.hits] if found else []))


@screens.get("/titles/<int:title_id>")
def title(title_id: int) -> ResponseReturnValue:
    return show(title_id)


def show(title_id: int, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """The page of a title; after a refused form with its sentences, and with what was typed in `values`."""
    with wiring().database.reading() as db:
        it = cataloguing.find_title(db, title_id) or abort(404)
        ids = [copy.id for copy in it.copies]
        return page("desk/title.html", it=it, copies=availability(db, [title_id])[title_id], lent=finding.loans_of_copies(db, it.copies),
                    held=reserving.held(db, ids), read=finding.readings_of(db, ids),
                    facts=_facts(it), digital=title_files.digital_of(db, it), picture=attaching.pictured(db, [title_id]).get(title_id),
                    statuses=CopyStatus, refusal=refusal, errors=refusal.fields if refusal else {}, values=values,
                    ), refusal.status if refusal else 200


def _facts(it: Title) -> list[tuple[str, Any]]:
    """What is known of a title, in the order of its kind; what it is called, and what it is."""
    known = {field: getattr(it, field) for field in describing.NAMES}
    return [(describing.name_of(it.kind, field), known[field]) for field in describing.fields_of(it.kind, known)
            if known[field] not in ("", None) and field not in ("title", "abstract")]


@screens.get("/titles/new")
def new_title() -> ResponseReturnValue:
    kind = next((kind for kind in Kind if kind.value == request.args.get("kind")), Kind.REGULATION)
    return _form(kind, {"language": "Indonesia"})


@screens.get("/titles/<int:title_id>/edit")
def edit_title(title_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        it = db.get(Title, title_id) or abort(404)
    return _form(it.kind, {**describing.as_form(it), "seen": it.changed_at.isoformat()}, it)


@screens.post("/titles/new")
def add_title() -> ResponseReturnValue:
    return _save(None)


@screens.post("/titles/<int:title_id>/edit")
def change_title(title_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return _save(db.get(Title, title_id) or abort(404))


def _save(it: Title | None) -> ResponseReturnValue:
    """Save the form; or show it once more: for another kind, with what is wrong, or with titles that may be the same."""
    form = request.form.to_dict()
    kind = next((kind for kind in Kind if kind.value == form.get("as", form.get("kind"))), None) or abort(400)
    if "as" in form:
        return _form(kind, form, it)
    with wiring().database.reading() as db:
        try:
            values = describing.read_description(db, kind, form)
        except Refused as refusal:
            return _form(kind, form, it, refusal)
        if "anyway" not in form and (same := cataloguing.likely_same(db, values, it.id if it else None)):
            return _form(kind, form, it, same=same)
    try:
        saved = do(lambda db: cataloguing.save_title(db, values, g.actor, it.id if it else None, form.get("seen", "")))
    except Refused as refusal:
        return _form(kind, form, it, refusal)
    return go(".title", "saved" if it else "title added", title_id=saved.id)


def _form(kind: Kind, values: dict[str, str], it: Title | None = None, refusal: Refused | None = None,
          same: Any = ()) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        suggested = describing.suggestions(db)
    answer = page("desk/title_form.html", it=it, kind=kind, kinds=Kind, values=values, fields=describing.fields_of(kind, values),
                  name_of=describing.name_of, example_of=describing.example_of, longest=describing.LONGEST, suggested=suggested,
                  refusal=refusal, errors=refusal.fields if refusal else {}, same=same)
    return answer, refusal.status if refusal else 409 if same else 200


@screens.post("/titles/<int:title_id>/withdraw")
def withdraw_title(title_id: int) -> ResponseReturnValue:
    try:
        do(lambda db: cataloguing.withdraw(db, title_id, request.form.get("reason", ""), g.actor))
    except Refused as refusal:
        return show(title_id, refusal, opened="withdraw")
    return go(".title", "withdrawn", title_id=title_id)


@screens.get("/titles/<int:title_id>/merge")
def merge_title(title_id: int) -> ResponseReturnValue:
    """Choose the other title; then see both side by side, and what merging them does."""
    words, other = request.args.get("q", "")[:LONGEST_CODE], request.args.get("with", 0, row_id)
    with wiring().database.reading() as db:
        it = db.get(Title, title_id) or abort(404)
        if other:
            db.get(Title, other) or abort(404)
            merger = merging.look(db, title_id, other)
            return page("desk/merge.html", it=it, merger=merger, name_of=describing.name_of)
        hits = [hit for hit in search(db, words or it.title, limit=10).hits if hit.id != title_id]
        same = cataloguing.likely_same(db, {field: getattr(it, field) for field in ("kind", *describing.NAMES)}, title_id)
        return page("desk/merge_with.html", it=it, words=words, hits=hits, same=same)


@screens.post("/titles/<int:title_id>/merge")
def merge_now(title_id: int) -> ResponseReturnValue:
    other, from_other = request.form.get("with", 0, row_id), request.form.getlist("from_other")
    with wiring().database.reading() as db:
        db.get(Title, other) or abort(404)
    do(lambda db: merging.merge(db, title_id, other, from_other, g.actor))
    return go(".title", "merged", title_id=title_id)


@screens.get("/titles/<int:title_id>/cover.jpg")
def cover(title_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return title_files.cover_of(db, db.get(Title, title_id), title_files.Size.SMALL)


