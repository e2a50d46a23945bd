"""One small model in the place of many members."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.special import softmax
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

from ..utils._compat import num_samples

__all__ = ["Student"]

LEAST_PROBABILITY = 1e-6  # not higher: all but rare rows would look alike
FEW_ROWS = 200  # too few to set some aside for stopping


class Student:
    """Network that learns to answer as a teacher does, of two classes with trees.

    Beside boosted trees of the same log-odds the network errs less: the one is smooth,
    the others have steps. Of more classes each would need trees of its own, and they
    were measured to be worse than the network.

    It takes raw rows, like the teacher, and needs nothing of it to predict: pickled
    alone, it is small.

    Parameters
    ----------
    encoder : TableEncoder
        Fitted on the table.
    classes : ndarray of shape (n_classes,)
        Classes, in the order of the teacher's probabilities.
    seed : int
        Seeds the network.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    network_ : MLPRegressor
        Two hidden layers of 128 units; their outputs are logits.
    trees_ : HistGradientBoostingRegressor or None
        Answers with the logit of the second of two classes; None for more classes.

    References
    ----------
    .. [1] J. Ba, R. Caruana, "Do Deep Nets Really Need to be Deep?", NeurIPS 2014: a
       small network imitates the logits of a large one on unlabeled rows.
    """

    def __init__(self, encoder, classes, seed):
        self.encoder = encoder
        self.classes_ = classes
        self.seed = seed

    def fit(self, X, probabilities):
        """Learn the teacher's answers.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Rows of the table.
        probabilities : ndarray of shape (n_samples, n_classes)
            What the teacher says of them.

        Returns
        -------
        Student
            Itself, fitted.
        """
        logits = np.log(np.clip(probabilities, LEAST_PROBABILITY, 1))
        logits -= logits.mean(axis=1, keepdims=True)
        network = MLPRegressor(
            hidden_layer_sizes=(128, 128),
            alpha=1e-3,
            early_stopping=num_samples(X) >= FEW_ROWS,
            learning_rate_init=2e-3,
            max_iter=60,
            random_state=self.seed,
        )
        trees = None
        columns = self._columns(X)
        with threadpool_limits(1), warnings.catch_warnings():
            # stopped where more rounds gain next to nothing
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.network_ = network.fit(columns, logits)
            if len(self.classes_) == 2:
                trees = HistGradientBoostingRegressor(
                    max_iter=200,
                    max_leaf_nodes=16,
                    early_stopping=False,
                    random_state=self.seed,
                ).fit(columns, logits[:, 1])
        self.trees_ = trees
        return self

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Raw rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of `classes_`.
        """
        columns = self._columns(X)
        logits = self.network_.predict(columns)
        if self.trees_ is not None:
            with threadpool_limits(1, user_api="openmp"):
                second = self.trees_.predict(columns)
            logits = (logits + np.column_stack([-second, second])) / 2
        return softmax(logits, axis=1)

    def predict(self, X):
        """Predict the class of highest probability.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Raw rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _columns(self, X):
        # float64: a row's answer hardly depends on the rows beside it
        return np.asarray(self.encoder.transform(X), dtype=np.float64)
