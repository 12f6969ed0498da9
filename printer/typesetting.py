"""HTML made into PDF by WeasyPrint, in a process of its own that ends with it: the service stays small, and no page can hang it."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from foundation.errors import Refused
from foundation.text import t

TIME_LIMIT = 90         # seconds; fifty sheets of labels take ten
LONGEST_ROLL = 5000     # mm: the longest page that PDF knows (ISO 32000-1, annex C: 14,400 points)
PROJECT = Path(__file__).resolve().parent.parent
MISSING = 3             # the child's exit code where it has no WeasyPrint
_two_at_once = threading.Semaphore(2)  # each takes 60 MiB and more


def pdf(html: str, roll_mm: int | None = None) -> bytes:
    """The document `html` as a PDF; with `roll_mm` as one page of that width, exactly as long as the element with the id "end" says.

    The document fetches nothing: everything it shows is in it. Raises Refused where WeasyPrint or one of its libraries is
    missing, and when the document is too much for the time limit.
    """
    with _two_at_once:
        try:
            done = subprocess.run([sys.executable, "-P", "-m", "printer.typesetting"], input=json.dumps([html, roll_mm]).encode(),  # noqa: S603
                                  capture_output=True, timeout=TIME_LIMIT, check=False, cwd=PROJECT,
                                  env={**os.environ, "PYTHONPATH": str(PROJECT)})
        except subprocess.TimeoutExpired:
            raise Refused(t("This document takes too long to make."), t("Choose fewer labels at once."), status=503) from None
    if done.returncode == MISSING:
        raise Refused(t("This computer cannot make PDF files: the program WeasyPrint or a library of it is missing."),
                      t("Print the page from the browser, or have somebody install the packages libpango-1.0-0, libpangoft2-1.0-0 and "
                        "libharfbuzz-subset0."), status=503)
    if done.returncode:
        raise RuntimeError(f"typesetting failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def _main() -> None:
    os.nice(10)  # people at the kiosk do not wait for a sheet of labels
    html, roll_mm = json.load(sys.stdin)
    try:
        import weasyprint
    except (ImportError, OSError):  # the package, or one of the libraries that it loads
        sys.exit(MISSING)
    document = weasyprint.HTML(string=html, url_fetcher=weasyprint.URLFetcher(allowed_protocols=["data"]))
    if roll_mm is None:
        made = document.write_pdf()
    else:
        long = document.render(stylesheets=[weasyprint.CSS(string=f"@page {{ size: {roll_mm}mm {LONGEST_ROLL}mm; margin: 0 }}")])
        height = long.pages[0].anchors["end"][1]  # in CSS pixels
        made = document.write_pdf(stylesheets=[weasyprint.CSS(string=f"@page {{ size: {roll_mm}mm {height}px; margin: 0 }}")])
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    _main()
