"""A site that a person fills in by hand as a publisher: nobody knows a way for programs into it."""

import zipfile
from typing import IO

from foundation.text import t, translator
from scanner.publishing.delivery import FIELDS
from scanner.publishing.publisher import Order

SHEET = t("metadata")  # the name of the sheet in the package


class Assisted:
    """What to copy and the file to upload are on the screen of the upload queue, and where it is published is written there."""

    def put(self, order: Order) -> None:
        return None

    def remove(self, order: Order) -> bool:
        return False

    def refresh(self) -> None:
        """What is there is the site's own."""


def pack(order: Order, out: IO[bytes]) -> None:
    """Write a ZIP with the file and a sheet of what the form asks for, to take it to a computer that reaches the site."""
    said = translator("id")
    lines = [f"{said(label)}: {order.fields[name] or '-'}" for name, label in FIELDS.items()]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.write(order.path, order.file_name, zipfile.ZIP_STORED)
        package.writestr(f"{said(SHEET)}.txt", "\r\n".join([*lines, f"SHA-256: {order.sha256}", ""]))
