"""What a page gives to be kept: a PDF, a workbook, a table."""

from flask import Response

from printer import typesetting
from webui.spreadsheets import TYPE

KINDS = {".pdf": "application/pdf", ".csv": "text/csv", ".json": "application/json", ".xlsx": TYPE}


def pdf(document: str, name: str) -> Response:
    """The HTML document as a PDF of that name. Raises Refused where no PDF can be made."""
    return Response(typesetting.pdf(document), mimetype=KINDS[".pdf"], headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def file(content: bytes, name: str) -> Response:
    """The file of that name (.csv, .xlsx or .json), to be saved."""
    kind = KINDS[name[name.rindex("."):]]
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
