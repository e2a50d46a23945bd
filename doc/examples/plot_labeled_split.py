"""
A score of 0.1 where the truth is 0.96
======================================

Cross-validation with scikit-learn's default folds scores the rows that have no label,
and counts each of them as wrong. We hide nine labels in ten of the breast cancer table,
so that the truth is known, and compare four ways to measure the accuracy of the same
self-training classifier.
"""

# %%
# The table
# ---------
# 569 tumours, 57 of them with a label. Twenty draws of the labels show what is luck.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_featrix import (
    LabeledSplit,
    cross_val_interval,
    is_labeled,
    make_labeled_scorer,
    mask_labels,
)

X, y = load_breast_cancer(return_X_y=True)
model = make_pipeline(StandardScaler(), SelfTrainingClassifier(LogisticRegression()))

# %%
# Four measurements
# -----------------
# The truth is the accuracy on the hidden rows, of the model fitted on the whole table.


def measure(seed):
    y_partial = mask_labels(y, fraction=0.1, random_state=seed)
    hidden = ~is_labeled(y_partial)
    ours, scorer = LabeledSplit(), make_labeled_scorer("accuracy")
    return {
        "truth: the hidden rows": model.fit(X, y_partial).score(X[hidden], y[hidden]),
        "cv=LabeledSplit()": cross_val_score(model, X, y_partial, cv=ours).mean(),
        "make_labeled_scorer": cross_val_score(
            model, X, y_partial, scoring=scorer
        ).mean(),
        "default folds": cross_val_score(model, X, y_partial).mean(),
    }


measured = [measure(seed) for seed in range(20)]
for name in measured[0]:
    values = [one[name] for one in measured]
    print(f"{name:24} {np.mean(values):.3f} +- {np.std(values):.3f}")

# %%
# The default folds measure the share of labelled rows, little else.

fig, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
for place, name in enumerate(reversed(measured[0])):
    values = [one[name] for one in measured]
    color = {"default folds": "C3", "truth: the hidden rows": "0.3"}.get(name, "C0")
    jitter = np.linspace(-0.18, 0.18, len(values))
    ax.plot(values, place + jitter, "o", color=color, alpha=0.6, markersize=4)
ax.set_yticks(range(len(measured[0])), reversed(measured[0]))
ax.set(xlim=(0, 1.02), xlabel="accuracy, one point per draw of the labels")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# How sure is it?
# ---------------
# Each of the right measurements is off by two or three points, as 57 labels allow.
# :func:`~sklearn_featrix.model_selection.cross_val_interval` says so beforehand.

y_partial = mask_labels(y, fraction=0.1, random_state=1)
interval = cross_val_interval(model, X, y_partial, n_repeats=3, random_state=0)
print(interval)
print(f"truth: {measured[1]['truth: the hidden rows']:.3f}")
