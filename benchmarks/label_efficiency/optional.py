"""Peers that need more than the package: another package, or weights to download."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

# the package of each method that needs one
PACKAGES = {
    "catboost": "catboost",
    "lightgbm": "lightgbm",
    "tabicl": "tabicl",
    "tabm": "tabm",
    "tabpfn": "tabpfn",
    "tri_training": "sslearn",
    "xgboost": "xgboost",
}
PRETRAINED = {"tabpfn": "TabPFNClassifier", "tabicl": "TabICLClassifier"}

log = logging.getLogger(__name__)


def make_pretrained(name: str, seed: int) -> Any:
    """Make the classifier of a package with its own defaults, on the CPU."""
    classifier = getattr(import_module(name), PRETRAINED[name])
    return classifier(device="cpu", random_state=seed)


def runnable(names: list[str], votes: Mapping[str, Any]) -> list[str]:
    """Leave out peers that do not run here, each with a line that says why.

    Parameters
    ----------
    names : list of str
        Names of methods.
    votes : dict
        Members of those methods that are votes.

    Returns
    -------
    list of str
        The names without those whose package cannot be imported or that cannot answer
        for a toy table, for want of their weights, and without votes of such members.
    """
    wanted = {member for name in names for member in votes.get(name, (name,))}
    broken = {name for name in sorted(wanted & PACKAGES.keys()) if not _runs(name)}
    return [name for name in names if not broken & {name, *votes.get(name, ())}]


def _runs(name: str) -> bool:
    try:
        import_module(PACKAGES[name])
        if name in PRETRAINED:
            _try_out(name)
    except Exception as error:  # whatever keeps it from running
        weights = " and its weights, which it downloads when first used"
        log.warning(
            "%s is skipped, and votes it is in: %s: %s. It needs `pip install %s`%s.",
            name,
            type(error).__name__,
            " ".join(str(error).split())[:200],
            PACKAGES[name],
            weights if name in PRETRAINED else "",
        )
        return False
    return True


def _try_out(name: str) -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    y = (X[:, 0] > 0).astype(int)
    make_pretrained(name, 0).fit(X, y).predict_proba(X)
