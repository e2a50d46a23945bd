"""
A network that has seen many tables before yours
================================================

:class:`~sklearn_featrix.in_context.InContextClassifier` trains nothing: a small network
that learnt from artificial tables reads the labelled rows and answers for all others.
We look at what it answers, first on drawings in the plane, then on a real table with
few labels.
"""

# %%
# What it makes of a few points
# -----------------------------
# Three drawings of two classes, thirty labelled points each. The shade is the
# probability of the second class. Nothing is tuned, and nothing was trained on any of
# these.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    make_circles,
    make_classification,
    make_moons,
)
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

from sklearn_featrix import InContextClassifier, LabeledOnly, TableEncoder, mask_labels

drawings = {
    "moons": make_moons(400, noise=0.2, random_state=0),
    "circles": make_circles(400, noise=0.15, factor=0.4, random_state=0),
    "a slope": make_classification(
        400, n_features=2, n_redundant=0, n_clusters_per_class=1, random_state=5
    ),
}
fig, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for ax, (name, (X, y)) in zip(axes, drawings.items(), strict=True):
    y_few = mask_labels(y, n_labeled=30, random_state=0)
    classifier = InContextClassifier(random_state=0).fit(X, y_few)
    low, high = X.min(axis=0) - 0.3, X.max(axis=0) + 0.3
    steps = np.linspace(low, high, 60)
    grid = np.meshgrid(steps[:, 0], steps[:, 1])
    proba = classifier.predict_proba(np.column_stack([axis.ravel() for axis in grid]))
    ax.contourf(*grid, proba[:, 1].reshape(60, 60), 20, cmap="RdBu_r", vmin=0, vmax=1)
    shown = y_few >= 0
    ax.scatter(*X[~shown].T, s=3, c="0.4", linewidths=0)
    ax.scatter(*X[shown].T, s=30, c=y[shown], cmap="RdBu_r", edgecolors="k")
    accuracy = (classifier.predict(X) == y)[~shown].mean()
    ax.set(title=f"{name}: {accuracy:.0%} of the rest right", xticks=[], yticks=[])

# %%
# On a real table
# ---------------
# Tumours described by thirty columns. Each number of labels is drawn five times; the
# log loss of rows without a label tells how far their probabilities can be trusted.

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
methods = {
    "in context": InContextClassifier(random_state=0),
    "logistic regression": make_pipeline(
        TableEncoder(), LabeledOnly(LogisticRegression(max_iter=1000))
    ),
    "extra trees": make_pipeline(
        TableEncoder("tree"), LabeledOnly(ExtraTreesClassifier(random_state=0))
    ),
}
budgets = [10, 20, 50, 100]


def mean_log_loss(method, n_labeled):
    losses = []
    for seed in range(5):
        y_few = mask_labels(y, n_labeled=n_labeled, random_state=seed)
        hidden = y_few == -1
        proba = method.fit(X, y_few).predict_proba(X[hidden])
        losses.append(log_loss(y[hidden], np.clip(proba, 1e-6, 1 - 1e-6)))
    return np.mean(losses)


fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, method in methods.items():
    losses = [mean_log_loss(method, n) for n in budgets]
    print(f"{name:20}", *(f"{loss:.3f}" for loss in losses))
    ax.plot(budgets, losses, marker="o", label=name)
ax.set(xscale="log", xlabel="labels", ylabel="log loss, less is better")
ax.set_xticks(budgets, [str(n) for n in budgets])
ax.minorticks_off()
ax.legend(frameon=False)

# %%
# Tumours are nearly told apart by a plane through these columns, so logistic regression
# has the right shape from the start, and soon wins. The network does not know the shape
# beforehand; on tables where nobody does, it does better: the
# :ref:`user guide <in_context>` has the mean over 26 of them.
