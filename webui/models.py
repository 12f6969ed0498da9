"""Every table of the application, known before the first query and to the migrations."""

import foundation.audit
import foundation.counters
import foundation.jobs
import foundation.office
import foundation.opening
import foundation.people
import foundation.stations
import kiosk.calendar
import kiosk.collection
import kiosk.exchange.imports
import kiosk.loans
import kiosk.members
import kiosk.messages
import kiosk.notices
import kiosk.privacy
import kiosk.reservations
import kiosk.rules
import kiosk.stock
import kiosk.surveys
import kiosk.visits
import printer.printouts
import scanner.devices.holding
import scanner.documents.lines
import scanner.documents.records
import scanner.legal.particulars
import scanner.legal.products
import scanner.legal.publications
import scanner.pages.batches
import scanner.procedure.agenda
import webui.sessions  # noqa: F401
from foundation.database import Model

TABLES = Model.metadata
