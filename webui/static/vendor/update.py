"""Renews the files of others that we serve: npm fetches what package-lock.json pins, this copies what is used.

    python webui/static/vendor/update.py [--pin]     (--pin: after a change in package.json, pin anew)

Nothing else changes these files; VENDOR.json says where each came from, and a test compares it with what is here.
An icon more is a word more in icons.txt.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
AXE = PROJECT / "tests/e2e/vendor/axe.min.js"  # for the tests only, never served
FONT = "@fontsource-variable/plus-jakarta-sans"
ICONS = "lucide-static"

# package, file in it, file here
FILES = [
    ("htmx.org", "dist/htmx.min.js", HERE / "htmx.min.js"),
    ("simple-keyboard", "build/index.modern.esm.js", HERE / "simple-keyboard.js"),
    ("simple-keyboard", "build/css/index.css", HERE / "simple-keyboard.css"),
    ("barcode-detector", "dist/es/ponyfill.js", HERE / "barcode-detector/ponyfill.js"),
    ("barcode-detector", "dist/es/zxing-exported.js", HERE / "barcode-detector/zxing-exported.js"),
    ("zxing-wasm", "dist/reader/zxing_reader.wasm", HERE / "barcode-detector/zxing_reader.wasm"),
    ("sortablejs", "modular/sortable.esm.js", HERE / "sortable.js"),
    (FONT, "files/plus-jakarta-sans-latin-wght-normal.woff2", HERE / "plus-jakarta-sans.woff2"),
    ("axe-core", "axe.min.js", AXE),
]
# barcode-detector fetches its WebAssembly from a public server unless told otherwise: ours lies beside it
OUTSIDE = re.compile(r"`https://[^`]*/zxing-wasm@[^`]*/\$\{(\w+)\}`")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "package.json", folder)
        if "--pin" in sys.argv:
            _npm(folder, "install", "--package-lock-only")
            _write_lock(Path(folder, "package-lock.json"))
        shutil.copy(HERE / "package-lock.json", folder)
        _npm(folder, "ci")
        packages = Path(folder, "node_modules")
        origins = {target: package for package, _, target in FILES}
        for package, source, target in FILES:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(packages / package / source, target)
        _stay_inside(HERE / "barcode-detector/zxing-exported.js")
        (HERE / "icons.svg").write_text(_sprite(packages / ICONS / "icons"))
        origins[HERE / "icons.svg"] = ICONS
        for package in sorted(set(origins.values())):
            licence = HERE / "licences" / f"{package.replace('/', '-').lstrip('@')}.txt"
            licence.parent.mkdir(exist_ok=True)
            shutil.copyfile(packages / package / "LICENSE", licence)
            origins[licence] = package
        _write_list(origins, packages)


def _npm(folder: str, *words: str) -> None:
    subprocess.run(["npm", *words, "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)


def _write_lock(made: Path) -> None:
    """Keep versions and hashes, not the addresses they came from: those are the reader's npm's own business."""
    lock = json.loads(made.read_text())
    for package in lock["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    (HERE / "package-lock.json").write_text(json.dumps(lock, indent=2) + "\n")


def _stay_inside(script: Path) -> None:
    text, changed = OUTSIDE.subn(r"`${new URL(\1,import.meta.url)}`", script.read_text())
    if changed != 1:
        raise SystemExit(f"{script.name}: the address of its WebAssembly is not where it was; look again.")
    script.write_text(text)


def _sprite(icons: Path) -> str:
    """One file of symbols: <svg class="i"><use href="…/icons.svg#search"></use></svg>; colour and stroke come from the CSS."""
    symbols = []
    for name in (HERE / "icons.txt").read_text().split():
        shapes = re.search(r"<svg[^>]*>(.*)</svg>", (icons / f"{name}.svg").read_text(), re.DOTALL)
        lines = re.sub(r"\s*\n\s*", "", shapes[1]).replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{lines}</symbol>\n')
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def _write_list(origins: dict[Path, str], packages: Path) -> None:
    entries = []
    for path, package in sorted(origins.items()):
        about = json.loads((packages / package / "package.json").read_text())
        entries.append({"path": path.relative_to(PROJECT).as_posix(), "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                        "package": f"{package}@{about['version']}", "licence": about["license"]})
    (HERE / "VENDOR.json").write_text(json.dumps(entries, indent=1) + "\n")


if __name__ == "__main__":
    main()
