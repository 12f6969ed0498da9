"""How a scan can fail: each kind a type, with what to tell the operator and what to do about it."""

from foundation.text import t


class Trouble(Exception):
    """The scan cannot go on; pages that were given stay. `sentence` and `next_step` are marked with t(); `details` fill the places in both.

    `said` is what the driver said, for the log.
    """

    sentence: str
    next_step: str

    def __init__(self, said: str = "", *, sentence: str = "", next_step: str = "", **details: object):
        self.sentence = sentence or self.sentence
        self.next_step = next_step or self.next_step
        self.details = details
        self.said = said
        super().__init__(self.sentence % details if details else self.sentence)


class FeederEmpty(Trouble):
    sentence = t("There is no paper in the scanner’s feeder.")
    next_step = t("Put the sheets in until the feeder takes hold of them, and scan again.")


class PaperJam(Trouble):
    sentence = t("A sheet is jammed in the scanner.")
    next_step = t("Open the feeder and take the sheet out. Then put everything after the last page shown back in and go on.")


class CoverOpen(Trouble):
    sentence = t("The scanner’s cover is open.")
    next_step = t("Close it. Then put everything after the last page shown back into the feeder and go on.")


class Multifeed(Trouble):
    sentence = t("The scanner took two sheets at once.")
    next_step = t("Fan the sheets. Then put everything after the last page shown back into the feeder and go on.")


class Busy(Trouble):
    sentence = t("The scanner is busy.")
    next_step = t("Wait until it is free, or end the other program that uses it, and scan again.")


class Offline(Trouble):
    sentence = t("The scanner cannot be reached, or the connection to it broke.")
    next_step = t("See that it is switched on and its cable is in. If pages came, put everything after the last one back; then go on.")


class Stalled(Trouble):
    sentence = t("The scanner does not go on.")
    next_step = t("Look at its display. Switch it off and on if need be, put everything after the last page shown back in and go on.")


class Crashed(Trouble):
    sentence = t("The scanner’s driver broke down.")
    next_step = t("Put everything after the last page shown back into the feeder and go on. If it happens again, tell the administrator.")


class BadPage(Trouble):
    sentence = t("A page did not come whole from the scanner.")
    next_step = t("Put everything after the last page shown back into the feeder and go on.")


class NoSpace(Trouble):
    sentence = t("The disk for scanned pages is full.")
    next_step = t("Ask the administrator to make room. Then put everything after the last page shown back into the feeder and go on.")


class Denied(Trouble):
    sentence = t("Loket may not use the scanner or its folder.")
    next_step = t("Ask the administrator to allow it (docs/scanners.md).")


class DriverMissing(Trouble):
    sentence = t("This computer has no driver for such a scanner.")
    next_step = t("Ask the administrator to install it (docs/scanners.md).")


class WrongSettings(Trouble):
    sentence = t("The scanner cannot do what it was asked for.")
    next_step = t("Choose other settings and scan again.")
