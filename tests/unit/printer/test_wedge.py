"""What a scanner does to the test square is named, for every keyboard that people have."""

import pytest

from printer.wedge import SAMPLE, Typing, judge

AS_TYPED = {
    SAMPLE: Typing.RIGHT,
    f"  {SAMPLE}\n": Typing.RIGHT,
    "loket-QWAZ/2357-my": Typing.CAPS_LOCK,
    "LOKET-QWAZ/2357-MY": Typing.CAPS_LOCK,
    'LOKET)azqw!é"(è)?Y': Typing.FRENCH,
    "LOKETßqway-2357ßMZ": Typing.GERMAN,
    f"]Q1{SAMPLE}": Typing.EXTENDED,
    f"{SAMPLE}#": Typing.EXTENDED,
    "LOKET-qwaz/23": Typing.CUT_OFF,
    "LKE-waz/37MY": Typing.CUT_OFF,
    "4006381333931": Typing.OTHER,
    "": Typing.OTHER,
    "MY": Typing.OTHER,
}


@pytest.mark.parametrize(("typed", "verdict"), AS_TYPED.items())
def test_what_arrives_tells_what_is_wrong(typed, verdict):
    assert judge(typed).typing is verdict


def test_whatever_is_wrong_has_a_next_step():
    assert all(judge(typed).next_step for typed, verdict in AS_TYPED.items() if verdict is not Typing.RIGHT)
