"""What a browser test may ask for: the running service, a touch screen in front of it, and axe-core to judge a page."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

CHROMIUM = "/usr/bin/chromium"  # Debian's; Playwright's own is never downloaded
PROJECT = Path(__file__).resolve().parents[2]
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
READY_WITHIN = 60  # seconds, on a busy machine


class Live:
    """The service as a person starts it: a process of its own, on a free port, with its data in `folder`/demo."""

    def __init__(self, folder: Path):
        self.data, self.log = folder / "demo", folder / "service.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webui.cli", "demo", f"--data={self.data}", f"--port={self.port}", "--no-browser"],
                env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + READY_WITHIN
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                pytest.fail(f"The service did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=5).close()
        except urllib.error.HTTPError:
            return True  # it is there, and says that something is not well
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    service = Live(tmp_path_factory.mktemp("live"))
    yield service
    service.stop()


@pytest.fixture(scope="session")
def base_url(live: Live) -> str:
    return live.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    if not Path(CHROMIUM).exists():
        pytest.exit(f"The browser tests need {CHROMIUM}, which is not installed here: ./loket test installs it.", returncode=1)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": [
        "--no-sandbox",  # Chromium's sandbox refuses root
        "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"]}


@pytest.fixture
def browser_context_args(browser_context_args: dict, base_url: str) -> dict:
    """The kiosk in portrait; a test for another screen says @pytest.mark.browser_context_args(viewport={...}). The address is the test's
    own: for the whole session it would be the one of whichever test came first."""
    return {**browser_context_args, "base_url": base_url, "viewport": {"width": 1080, "height": 1920}, "has_touch": True, "locale": "id-ID",
            "timezone_id": "Asia/Jakarta", "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Answers what axe-core finds wrong with the page as it stands: one line for each rule broken, and where."""
    script = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules}).then(result => result.violations)", AXE_RULES)
        return [f"{rule['id']}: {rule['help']} at {', '.join(str(node['target']) for node in rule['nodes'])}" for rule in found]
    return violations
