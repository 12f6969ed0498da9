"""The contract, run over the simulated scanner, network scanners spoken to directly, and the same through SANE in both ways."""

import pytest

from scanner.devices.port import Mode
from scanner.devices.simulated import FaultKind
from scanner.devices.simulated_escl import SimulatedEsclServer
from scanner.devices.troubles import Offline, Stalled
from tests.integration.scanners.conftest import FEEDER
from tests.integration.scanners.scanner_contract import QUICK, ScannerContract, wait_for


class TestSimulated(ScannerContract):
    @pytest.fixture
    def address(self, stack):
        return f"simulated://{stack}"


class _OnTheNetwork(ScannerContract):
    @pytest.fixture
    def server(self, stack):
        with SimulatedEsclServer(stack) as server:
            yield server

    @pytest.fixture
    def put_back(self, server):
        def put_back(first: int) -> None:
            server.next_page, server.feeder_state = first, ""
        return put_back


class TestEscl(_OnTheNetwork):
    ends = {FaultKind.CRASH: Offline}  # the connection broke, and nobody knows why

    @pytest.fixture
    def address(self, server):
        return server.address

    def test_a_scan_that_pauses_stops_the_feeder(self, address, server, out):
        """One sheet is on its way while a page is made sure of; no second one."""
        events = self.open(address).scan(FEEDER, out)
        for _ in range(3):
            next(event for event in events if hasattr(event, "path"))
        wait_for(lambda: server.fed >= 4)
        assert server.fed == 4
        events.close()


class _ThroughSane(_OnTheNetwork):
    modes = (Mode.GRAY, Mode.COLOR)  # sane-airscan offers no black and white
    # SANE has no status for two sheets at once: sane-airscan tries for half a minute; what else it does not understand is an error
    ends = {FaultKind.MULTIFEED: Stalled, FaultKind.DENIED: Offline, FaultKind.CRASH: Offline}
    when_busy = QUICK  # sane-airscan itself tries for ten seconds

    @pytest.fixture
    def name(self, server, sane):
        sane("airscan", airscan=f'"Simulated" = http://127.0.0.1:{server.port}/eSCL, eSCL')
        return "airscan:e0:Simulated"


class TestScanimage(_ThroughSane):
    @pytest.fixture
    def address(self, name):
        return f"scanimage://{name}"


class TestSane(_ThroughSane):
    @pytest.fixture
    def address(self, name):
        return f"sane://{name}"
