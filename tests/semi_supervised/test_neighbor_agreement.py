import numpy as np
import pytest

from sklearn_featrix.semi_supervised._neighbor_agreement import (
    NeighborAgreement,
    neighbor_agreement,
)


def test_agreement_of_shapes_and_of_noise():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(80, 2))
    codes = (rows[:, 0] > 0).astype(int)
    told = neighbor_agreement(rows, codes, 0)
    assert told.p_value == pytest.approx(0.001)
    assert told.share > 0.8
    assert told.expected == pytest.approx((codes.mean() ** 2) * 2, abs=0.1)
    p_values = [
        neighbor_agreement(rows, rng.permutation(codes), seed).p_value
        for seed in range(60)
    ]
    assert np.mean(np.array(p_values) < 0.05) < 0.15
    assert 0.3 < np.mean(p_values) < 0.75


def test_nearest_row_is_another_one():
    rows = np.array([[0.0], [1.0], [10.0], [11.0]])
    assert neighbor_agreement(rows, np.array([0, 1, 0, 1]), 0).share == 0
    assert neighbor_agreement(rows, np.array([0, 0, 1, 1]), 0).share == 1


def test_repr_of_agreement():
    assert repr(NeighborAgreement(0.8, 0.5, 0.01)) == (
        "80% like the nearest, 50% by chance (p = 0.010)"
    )
