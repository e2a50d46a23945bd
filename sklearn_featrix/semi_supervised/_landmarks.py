"""Radial basis functions around rows of the table."""

from __future__ import annotations

import numpy as np
from sklearn.kernel_approximation import Nystroem

from ..utils._compat import index_rows, num_samples

N_LANDMARKS = 300
N_SCALING_ROWS = 2000
RELATIVE_GAMMA = 0.5  # of 1 / number of columns, each of variance one


class Landmarks:
    """Kernel features around rows drawn from the whole table, labelled or not.

    Every input column weighs the same, however many encoded columns it became: each
    group of encoded columns is scaled to a total variance of one.

    Parameters
    ----------
    encoder : TableEncoder
        A fitted encoder of the table.
    random_state : RandomState
        Draws the rows.

    References
    ----------
    C. Williams, M. Seeger (2001). Using the Nystroem method to speed up kernel
    machines. NeurIPS 13.
    """

    def __init__(self, encoder, random_state):
        self.encoder = encoder
        self.random_state = random_state

    def fit(self, X):
        """Draw the landmarks among the rows of `X` and scale the columns."""
        n_drawn = min(N_SCALING_ROWS, num_samples(X))
        drawn = self.random_state.permutation(num_samples(X))[:n_drawn]
        encoded = self.encoder._encode(index_rows(X, drawn), "linear").astype(
            np.float64
        )
        groups = self.encoder.column_index_
        variances = np.bincount(groups, weights=encoded.var(axis=0))[groups]
        # a column that is constant among the drawn rows keeps its own scale
        self.scale_ = 1 / np.sqrt(np.where(variances > 0, variances, 1))
        landmarks = (encoded * self.scale_)[:N_LANDMARKS]
        self.nystroem_ = Nystroem(
            gamma=RELATIVE_GAMMA / len(np.unique(groups)),
            n_components=len(landmarks),
            random_state=0,  # all of them: only their order is drawn
        ).fit(landmarks)
        return self

    def transform(self, encoded):
        """Return the kernel features of rows in the linear encoding.

        Parameters
        ----------
        encoded : ndarray of shape (n_samples, n_encoded)
            Rows, float64: distances hardly depend then on the batch of a row.

        Returns
        -------
        ndarray of shape (n_samples, n_landmarks)
            Similarities to the landmarks, whitened among these.
        """
        return self.nystroem_.transform(encoded * self.scale_)
