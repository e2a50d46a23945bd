"""
Labels that walk along a graph
==============================

Six labels for 900 points.
:class:`~sklearn_featrix.semi_supervised.LabelSpreading` joins every point to its
nearest ones and lets the labels spread along these edges. It helps where classes are
clusters of any shape, and it says which points no label reaches.
"""

# %%
# Two bows and an island
# ----------------------
# Three labels on each bow, none on the island at the top right.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn import semi_supervised
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression

from sklearn_featrix import LabeledOnly, LabelSpreading, mask_labels

rng = np.random.default_rng(0)
bows, bow = make_moons(800, noise=0.07, random_state=0)
X = np.vstack([bows, [2.2, 1.3] + 0.12 * rng.normal(size=(100, 2))])
y = np.full(len(X), -1)
y[:800] = mask_labels(bow, n_labeled=6, random_state=1)

# %%
# Three answers
# -------------
# A linear classifier knows the six labelled points alone. scikit-learn's label
# spreading follows the bows, but it stops where the labels have faded, and answers
# with the first class there and on the island, without a word. Ours reaches every
# point that a path leads to, and warns of the others.

line = LabeledOnly(LogisticRegression()).fit(X, y)
theirs = semi_supervised.LabelSpreading("knn").fit(X, y)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    ours = LabelSpreading("knn").fit(X, y)
print(caught[0].message)

answers = {
    "linear, six points": (line.predict(X), np.zeros(len(X), bool)),
    "label spreading, scikit-learn": (
        theirs.transduction_,
        ~theirs.label_distributions_.any(axis=1),
    ),
    "label spreading": (ours.transduction_, ~ours.reached_),
}
fig, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained", sharey=True)
colors = np.array(["C0", "C1"])
for ax, (name, (classes, unreached)) in zip(axes, answers.items(), strict=True):
    right = (classes[:800] == bow).mean()
    known = ours.reached_ if name == "label spreading" else np.ones(len(X), bool)
    ax.scatter(*X[known].T, c=colors[classes[known]], s=5)
    ax.scatter(*X[~known].T, c="0.6", s=5, label="reached by no label")
    ax.scatter(*X[y >= 0].T, c=colors[y[y >= 0]], s=90, marker="*", edgecolors="k")
    ax.set_title(f"{name}\n{right:.0%} of the bows right", fontsize=10)
    ax.set(xticks=[], yticks=[])
    print(f"{name:30} right: {right:.1%}, without a label: {unreached.sum()}")
axes[-1].legend(loc="lower left", fontsize=8)
plt.show()

# %%
# Where the gap closes
# --------------------
# With a little more noise the bows touch, and labels leak from one to the other. Near
# 0, ``alpha`` lets the nearest label decide nearly alone; near 1 labels reach farther,
# many paths count, and ``label_distributions_`` are smoother and less sure. None of
# the three is much better than the straight line above.

X, bow = make_moons(800, noise=0.16, random_state=0)
y = mask_labels(bow, n_labeled=6, random_state=1)
fig, axes = plt.subplots(1, 3, figsize=(11, 3), layout="constrained", sharey=True)
for ax, alpha in zip(axes, (0.2, 0.9, 0.99), strict=True):
    model = LabelSpreading("knn", alpha=alpha, max_iter=200).fit(X, y)
    shares = model.label_distributions_[:, 1]
    points = ax.scatter(*X.T, c=shares, s=5, cmap="coolwarm", vmin=0, vmax=1)
    ax.scatter(*X[y >= 0].T, c=y[y >= 0], s=90, marker="*", cmap="coolwarm", ec="k")
    right = (model.transduction_ == bow).mean()
    ax.set(title=f"alpha={alpha}: {right:.0%} right", xticks=[], yticks=[])
fig.colorbar(points, ax=axes, label="probability of the lower bow")
plt.show()

# %%
# Tables are seldom like that
# ---------------------------
# On tables of people, sales or measurements, classes are rarely clusters with gaps
# between them, and a vote of classifiers on the labelled rows is usually better:
# :ref:`label_propagation` has the figures.
