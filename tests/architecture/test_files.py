"""What the files of the project must not say, and that the files of others are what their makers published."""

import hashlib
import json
import re

import pytest

from tests.architecture.tree import PROJECT, TEMPLATES, name, ours

VENDOR = PROJECT / "webui/static/vendor"
LISTED = json.loads((VENDOR / "VENDOR.json").read_text())
OUR_OWN = {"VENDOR.json", "icons.txt", "package.json", "package-lock.json", "update.py"}

# in pieces, so that this file does not say them itself
HOSTS = ["pypi" r"\.org", "python" "hosted", "npm" "js", "js" "delivr", "unp" r"kg\.com", "cdn" "js", "googleapis" r"\.com",
         "debian" r"\.org", "releases/" "download"]
THIS_MACHINE = ["/work" "/", "/home" "/", "/root" "/"]
FORBIDDEN = re.compile("|".join(HOSTS + THIS_MACHINE))


def test_no_file_names_a_download_host_or_a_folder_of_one_machine():
    found = []
    for path in [*ours(), VENDOR / "package.json", VENDOR / "package-lock.json"]:
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{name(path)}: {match[0]}" for match in FORBIDDEN.finditer(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["path"])
def test_a_vendored_file_is_what_was_pinned(entry):
    assert hashlib.sha256((PROJECT / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    package, _, version = entry["package"].rpartition("@")
    assert json.loads((VENDOR / "package-lock.json").read_text())["packages"][f"node_modules/{package}"]["version"] == version


def test_every_vendored_file_is_listed_with_a_licence():
    files = [*VENDOR.rglob("*"), *(PROJECT / "tests/e2e/vendor").rglob("*")]
    here = {name(path) for path in files if path.is_file() and path.name not in OUR_OWN}
    assert here == {entry["path"] for entry in LISTED}
    with_licence = {entry["package"] for entry in LISTED if "/licences/" in entry["path"]}
    assert with_licence == {entry["package"] for entry in LISTED}


def test_a_vendored_script_fetches_nothing_from_elsewhere():
    scripts = [path for path in VENDOR.rglob("*") if path.suffix in {".js", ".css", ".svg"}]
    assert not [name(script) for script in scripts if re.search("|".join(HOSTS), script.read_text(encoding="utf-8"))]


def test_every_icon_that_is_named_can_be_drawn():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text(encoding="utf-8")))
    named = {(icon, name(path)) for path in TEMPLATES
             for icon in re.findall(r'(?:icon\(|before=|after=|symbol=)"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))}
    assert not [found for found in named if found[0] not in drawn]
