"""Hundreds of slips through a printer that fails more often than not: none is lost in silence, none doubled without its mark."""

import pytest

from webui.bench import faults


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_no_slip_is_lost_in_silence_and_none_doubled_without_its_mark(database, tmp_path, seed):
    tally = faults.with_the_spool(database, tmp_path, seed, 100)
    assert tally.faulted >= 50
    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.looked_at > 0


def test_the_count_sees_what_a_plain_program_loses_and_doubles(tmp_path):
    """The same faults and the same count: it can fail."""
    tally = faults.with_plain_escpos(tmp_path, 7, 60)
    assert tally.lost > 0
    assert tally.doubled > 0
