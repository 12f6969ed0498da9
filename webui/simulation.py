"""Simulated printers seen from the screen: the paper in their tray, drawn from its bytes, and the faults they can have."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.stations import Station
from foundation.text import t
from printer import paper, simulated

SCHEME = "simulated://"
SHOWN = 12  # slips; older ones stay in the tray's folder
FAULTS = ["", *simulated.FaultKind]


@dataclass(frozen=True)
class SimulatedPaper:
    """One station's simulated printer and what came out of it."""

    station_id: int
    name: str
    folder: Path
    width_mm: int

    @property
    def fault(self) -> str:
        found = simulated.fault_in(self.folder)
        return found.kind.value if found else ""

    @property
    def slips(self) -> int:
        return len(simulated.slips(self.folder))

    def set_fault(self, fault: str) -> None:
        """Break the printer by the fault's name, or mend it ("")."""
        if fault not in FAULTS:
            raise Refused(t("The simulated printer knows no such fault."), t("Choose one from the list."))
        simulated.set_fault(self.folder, fault)

    def drawn(self) -> list[str]:
        """SVG pictures of the newest slips, newest first."""
        newest = reversed(simulated.slips(self.folder)[-SHOWN:])
        return [paper.svg(slip) for file in newest for slip in reversed(paper.pages(file.read_bytes(), self.width_mm))]


def simulated_printers(session: Session) -> list[SimulatedPaper]:
    """Every station whose printer is a simulated one."""
    stations = session.scalars(sa.select(Station).where(Station.printer.startswith(SCHEME), Station.active).order_by(Station.id))
    return [SimulatedPaper(s.id, s.name, Path(s.printer.removeprefix(SCHEME)), s.paper_mm) for s in stations]
