"""Every table of the application, known before the first query and to the migrations."""

import foundation.audit
import foundation.counters
import foundation.jobs
import foundation.office
import foundation.people
import foundation.stations
import kiosk.calendar
import kiosk.collection
import kiosk.imports
import kiosk.loans
import kiosk.members
import kiosk.messages
import kiosk.reservations
import kiosk.rules
import kiosk.stock
import kiosk.surveys
import kiosk.visits
import printer.printouts
import scanner.agenda
import scanner.batches
import scanner.documents
import scanner.holding
import scanner.lines
import scanner.particulars
import scanner.products
import scanner.publications
import webui.sessions  # noqa: F401
from foundation.database import Model

TABLES = Model.metadata
