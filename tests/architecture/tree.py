"""The project's own files, as the architecture tests read them."""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("foundation", "printer", "scanner", "kiosk", "webui")
MODULES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
TEMPLATES = sorted((PROJECT / "webui/templates").rglob("*.*"))


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def ours() -> list[Path]:
    """Every file that is, or would be, committed, but for those that others wrote."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
    files = (PROJECT / path for path in listed if path and "/vendor/" not in path and path != "LICENSE")
    return [path for path in files if path.is_file()]
