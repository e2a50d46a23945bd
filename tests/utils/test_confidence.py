import pytest

from sklearn_featrix.utils._confidence import check_confidence


@pytest.mark.parametrize("wrong", [0, 1, 90, -0.5])
def test_a_share_outside_of_0_to_1_is_refused(wrong):
    with pytest.raises(ValueError, match=f"confidence == {wrong}, must be"):
        check_confidence(wrong)


def test_no_number_is_refused():
    with pytest.raises(TypeError, match="confidence must be an instance of"):
        check_confidence("high")
    check_confidence(0.9)
