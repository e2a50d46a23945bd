"""Warnings of our own.

Errors about parameters and data are plain ``ValueError`` and ``TypeError``, as
everywhere in scikit-learn.
"""

__all__ = [
    "DroppedColumnWarning",
    "TrainingInterruptedWarning",
    "UnreachedRowsWarning",
]


class DroppedColumnWarning(UserWarning):
    """A column carries no information and is left out; the text names it."""


class TrainingInterruptedWarning(UserWarning):
    """Training ended early (time limit or interrupt); the estimator is usable.

    An interrupt ends one training only: a cross-validation or search goes on with its
    next fit, unless this warning is made an error and ``error_score="raise"``.
    """


class UnreachedRowsWarning(UserWarning):
    """Labels do not reach some rows of a graph; these get the shares of the classes."""
