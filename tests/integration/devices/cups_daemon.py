"""CUPS itself, with its files in a folder of the test's own and no other printer than those the test gives it."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

DAEMON = "/usr/sbin/cupsd"
FOLDERS = {"ServerRoot": "root", "RequestRoot": "spool", "TempDir": "temporary", "CacheDir": "cache", "StateDir": "state"}
EVERYBODY_MAY = """Browsing No
WebInterface No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""


def why_not() -> str:
    """What is missing for a daemon of our own, "" when nothing is."""
    if not Path(DAEMON).exists() or not shutil.which("lpadmin", path="/usr/sbin:/usr/bin"):
        return "CUPS is not installed (cups)"
    return "CUPS starts its programs as another user, which only root may do" if os.getuid() else ""


class Cups:
    """The daemon, until the block ends. Its `environment` leads CUPS' programs to it.

    Its folder is not pytest's, where nobody else may enter: the programs that CUPS starts are another user's.
    """

    def __init__(self):
        self._home = tempfile.TemporaryDirectory(prefix="loket-cups-")
        folder = self.folder = Path(self._home.name)
        folder.chmod(0o711)
        self.socket = folder / "cups.sock"
        self.environment = {"CUPS_SERVER": str(self.socket)}
        for name in FOLDERS.values():
            (folder / name).mkdir(mode=0o755)
        logs = "".join(f"{kind}Log {folder / 'log'}\n" for kind in ("Access", "Error", "Page"))
        (folder / "files.conf").write_text("".join(f"{key} {folder / name}\n" for key, name in FOLDERS.items()) + logs)
        (folder / "cupsd.conf").write_text(f"Listen {self.socket}\n{EVERYBODY_MAY}")

    def __enter__(self) -> "Cups":
        self._process = subprocess.Popen([DAEMON, "-f", "-c", self.folder / "cupsd.conf", "-s", self.folder / "files.conf"],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while self.run("lpstat", "-r").returncode or not self.socket.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._home.cleanup()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, env={**os.environ, **self.environment, "PATH": "/usr/sbin:/usr/bin:/bin"}, capture_output=True,
                              text=True, timeout=20)

    def add(self, queue: str, port: int, driver: str = "raw") -> None:
        """A queue in front of the network printer at `port` of this computer."""
        self.run("lpadmin", "-p", queue, "-E", "-v", f"socket://127.0.0.1:{port}", "-m", driver).check_returncode()
