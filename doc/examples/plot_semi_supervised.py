"""
What unlabeled rows are worth
=============================

How does the accuracy of a classifier grow with the number of labels, and what do the
rows without a label add? We hide most labels of the handwritten digits and compare
:class:`~sklearn_featrix.semi_supervised.SemiSupervisedClassifier` with a vote
of classifiers that only ever sees the labelled rows, on digits nobody has seen.
"""

# %%
# The table
# ---------
# 1,200 digits of 64 pixels form the pool, of which only a few will have a label; the
# other 597 are kept to judge by.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sklearn_featrix import (
    EmbeddingTransformer,
    SemiSupervisedClassifier,
    mask_labels,
)

X, y = load_digits(return_X_y=True)
X, X_new, y, y_new = train_test_split(X, y, train_size=1200, stratify=y, random_state=0)

# %%
# One embedding for every budget of labels
# ----------------------------------------
# The embedding looks at no label, so it is fitted once on all rows of the pool and
# shared, frozen, by all the classifiers below.

embedding = FrozenEstimator(EmbeddingTransformer(random_state=0).fit(X))

# Two members that see the pixels, and the same two with the embedding: fewer than the
# default ones, which would take minutes here.
on_pixels = [
    ("linear", LogisticRegression(max_iter=1000), "linear"),
    ("trees", ExtraTreesClassifier(100), "tree"),
]
on_embedding = [
    ("linear_embedding", LogisticRegression(C=10, max_iter=1000), "embedding"),
    ("trees_embedding", ExtraTreesClassifier(100), "tree+embedding"),
]
budgets = [20, 50, 100, 200]
seeds = range(5)


def accuracies(n_labeled, use_unlabeled):
    result = []
    for seed in seeds:
        y_partial = mask_labels(y, n_labeled=n_labeled, random_state=seed)
        clf = SemiSupervisedClassifier(
            embedding if use_unlabeled else None,
            on_pixels + on_embedding if use_unlabeled else on_pixels,
            random_state=seed,
        )
        result.append(clf.fit(X, y_partial).score(X_new, y_new))
    return result


with_rest = np.array([accuracies(n, use_unlabeled=True) for n in budgets])
labeled_only = np.array([accuracies(n, use_unlabeled=False) for n in budgets])

for n, ours, theirs in zip(budgets, with_rest, labeled_only, strict=True):
    print(
        f"{n:4d} labels: {ours.mean():.3f} with the unlabeled rows, "
        f"{theirs.mean():.3f} without"
    )

# %%
# The picture
# -----------
# Each dot is one random draw of labels. The gain is largest when labels are fewest.
# Digits are a friendly table: many columns that explain one another. The user guide
# tells on which tables the gain is zero, or negative.

fig, ax = plt.subplots(figsize=(7, 4.5))
for values, label, color in (
    (with_rest, "all rows (embedding)", "tab:blue"),
    (labeled_only, "labelled rows only", "tab:gray"),
):
    ax.plot(budgets, values.mean(axis=1), color=color, label=label, linewidth=2)
    ax.plot(budgets, values, ".", color=color, alpha=0.5)
ax.set_xscale("log")
ax.set_xticks(budgets, budgets)
ax.minorticks_off()
ax.set_xlabel("number of labelled rows")
ax.set_ylabel("accuracy on new digits")
ax.set_title("1,200 digits, few of them labelled")
ax.grid(alpha=0.3)
ax.legend(loc="lower right")
fig.tight_layout()
plt.show()
