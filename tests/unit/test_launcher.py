"""The launcher, on a copy of its own: a small package stands in its list, so that no network is needed."""

import base64
import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = ["sh", "dirname", "readlink", "cat", "cksum", "flock", "id", "mkdir", "rm"]


class Clone:
    """A clone with the launcher, a list of one small package, and a command that says where it is and what it was told."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.launcher = folder / "loket"
        (folder / "webui").mkdir(parents=True)
        shutil.copy(PROJECT / "loket", self.launcher)
        (folder / "webui/cli.py").write_text("import os, sys, paper\nprint(os.getcwd(), sys.argv[1:], paper.__version__)\n")
        self.list("1.0")

    def list(self, version: str) -> None:
        """Make the package `paper` in that version and write the list that asks for it."""
        wheel = self.folder.parent / f"paper-{version}-py3-none-any.whl"
        files = {"paper.py": f"__version__ = '{version}'\n",
                 f"paper-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: paper\nVersion: {version}\n",
                 f"paper-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
        digests = {name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
                   for name, text in files.items()}
        record = "".join(f"{name},sha256={digests[name]},{len(text)}\n" for name, text in files.items())
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in {**files, f"paper-{version}.dist-info/RECORD": record}.items():
                archive.writestr(name, text)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.folder / "requirements.txt").write_text(f"paper=={version} --hash=sha256:{digest}\n")

    def start(self, *words: str, launcher: Path | None = None, **environment: str) -> subprocess.Popen:
        around = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder.parent), **environment}
        return subprocess.Popen([launcher or self.launcher, *words], env=around, cwd=self.folder.parent, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words: str, launcher: Path | None = None, **environment: str) -> tuple[int, str, str]:
        """Exit code, output, messages."""
        process = self.start(*words, launcher=launcher, **environment)
        output, messages = process.communicate(timeout=100)
        return process.returncode, output, messages


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "a clone")  # with a space in its name


def only(folder: Path, *programs: str, **scripts: str) -> str:
    """A PATH with the named programs of this machine, the given shell scripts, and nothing else."""
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(shutil.which(program) or program)
    for program, script in scripts.items():
        (folder / program).write_text(f"#!/bin/sh\n{script}\n")
        (folder / program).chmod(0o755)
    return str(folder)


def test_alone_it_prints_a_short_help_and_makes_nothing(clone):
    code, output, messages = clone.run()
    assert (code, messages) == (0, "")
    assert "./loket demo" in output
    assert not (clone.folder / ".venv").exists()


def test_it_installs_once_and_then_runs_the_command_where_the_person_is(clone, tmp_path):
    code, output, messages = clone.run("demo", "--port", "80 81")
    assert (code, output) == (0, f"{tmp_path} ['demo', '--port', '80 81'] 1.0\n"), messages
    assert "fetching" in messages
    link = tmp_path / "link"
    link.symlink_to(clone.launcher)
    assert clone.run("run", launcher=link) == (0, f"{tmp_path} ['run'] 1.0\n", "")


def test_a_changed_list_is_installed_and_an_unreachable_one_leaves_the_environment_as_it_was(clone, tmp_path):
    clone.run("demo")
    good = (clone.folder / "requirements.txt").read_text()
    clone.list("2.0")
    code, _, messages = clone.run("demo", PIP_FIND_LINKS=str(tmp_path / "nowhere"))
    assert code == 1
    assert "is there a network?" in messages.splitlines()[-1]
    new = (clone.folder / "requirements.txt").read_text()
    (clone.folder / "requirements.txt").write_text(good)
    assert clone.run("demo")[1:] == (f"{tmp_path} ['demo'] 1.0\n", "")
    (clone.folder / "requirements.txt").write_text(new)
    assert clone.run("demo")[1].endswith("2.0\n")


def test_a_package_with_another_hash_is_refused(clone):
    (clone.folder / "requirements.txt").write_text(f"paper==1.0 --hash=sha256:{'0' * 64}\n")
    code, output, _ = clone.run("demo")
    assert (code, output) == (1, "")
    assert "DO NOT MATCH" in (clone.folder / ".install.log").read_text()


def test_an_interrupted_install_is_not_taken_for_whole(clone):
    clone.run("demo")
    (clone.folder / ".venv/unfinished").touch()  # what is there from before the first change to after the last
    next((clone.folder / ".venv").glob("lib/*/site-packages/paper.py")).unlink()
    code, output, messages = clone.run("demo")
    assert (code, output[-4:]) == (0, "1.0\n"), messages


def test_two_starts_at_once_do_not_disturb_each_other(clone):
    both = [clone.start("demo"), clone.start("demo")]
    messages = [process.communicate(timeout=100)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("fetching" in text for text in messages) == 1


def test_an_old_python_is_said_in_one_sentence(clone, tmp_path):
    old = 'case "$*" in *--version*) echo Python 3.9.2 ;; *) exit 1 ;; esac'
    assert clone.run("demo", PATH=only(tmp_path / "bin", *TOOLS, python3=old)) == (
        1, "", "Loket: Python 3.11 or newer is needed, and this is Python 3.9.2: use Debian 12 or newer.\n")


def test_a_machine_without_apt_is_told_what_it_lacks(clone, tmp_path):
    assert clone.run("demo", PATH=only(tmp_path / "bin", *TOOLS)) == (
        1, "", "Loket: this machine lacks python3 python3-venv, and has no apt to get it: install it, then type ./loket again.\n")


def test_who_may_not_install_is_told_what_to_type(clone, tmp_path):
    path = only(tmp_path / "bin", *[tool for tool in TOOLS if tool != "id"], **{"apt-get": "exit 0", "id": "echo 1000"})
    assert clone.run("demo", PATH=path) == (
        1, "", "Loket: this machine lacks python3 python3-venv. Type: su -c 'apt-get install python3 python3-venv'\n")


def test_apt_without_a_network_ends_in_one_sentence(clone, tmp_path):
    path = only(tmp_path / "bin", "env", *[tool for tool in TOOLS if tool != "id"], **{"apt-get": "exit 100", "id": "echo 0"})
    code, output, messages = clone.run("demo", PATH=path)
    assert (code, output) == (1, "")
    assert messages.splitlines()[1].startswith("Loket: apt could not install python3 python3-venv (is there a network? ")


def test_what_only_some_papers_need_is_asked_for_once_and_never_stops_a_start(clone, tmp_path):
    path = only(tmp_path / "bin", **{"ls": "exit 1", "apt-get": "exit 100", "id": "echo 0"})
    code, output, messages = clone.run("demo", PATH=f"{path}:{os.environ['PATH']}")
    assert (code, output[-4:]) == (0, "1.0\n"), messages
    assert "apt could not install libusb-1.0-0 libpango-1.0-0" in messages
    assert messages.splitlines()[-1].startswith("Loket: everything else works without them")
    assert clone.run("demo", PATH=f"{path}:{os.environ['PATH']}")[2] == ""
