"""Every table of the application, known before the first query and to the migrations."""

import foundation.audit
import foundation.counters
import foundation.jobs
import foundation.office
import foundation.opening
import foundation.people
import foundation.stations
import kiosk.borrowing.calendar
import kiosk.borrowing.rules
import kiosk.exchange.imports
import kiosk.ledger.collection
import kiosk.ledger.loans
import kiosk.ledger.members
import kiosk.ledger.messages
import kiosk.ledger.reservations
import kiosk.ledger.stock
import kiosk.ledger.visits
import kiosk.privacy.notices
import kiosk.privacy.rights
import kiosk.reporting.surveys
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
