import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.sealing import Sealer, WrongKey

SEALER = Sealer(bytes(32))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_is_opened_again_unchanged(text):
    assert SEALER.open(SEALER.seal(text)) == text


def test_the_same_text_is_never_sealed_twice_the_same_and_no_text_stays_none():
    assert SEALER.seal("0800 fiktif") != SEALER.seal("0800 fiktif")
    assert SEALER.seal("") == ""


@pytest.mark.parametrize("kept", [Sealer(b"x" * 32).seal("0800 fiktif"), "0800 fiktif", "s1:", "s1:????",
                                  SEALER.seal("0800")[:-4] + "AAAA"],
                         ids=["another key", "never sealed", "nothing", "no letters of ours", "changed"])
def test_what_another_key_sealed_or_somebody_changed_is_not_opened(kept):
    with pytest.raises(WrongKey, match=r"put the keys\.json"):
        SEALER.open(kept)
