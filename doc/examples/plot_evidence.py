"""
Do these unlabeled rows belong to my labels?
============================================

A classifier that learns from unlabeled rows is only as good as these rows. After every
fit ``evidence_`` says what speaks for them and what against: here for the rows of one
hospital, and for those of another that reports half of its columns in other units.
"""

# %%
# Two pools of unlabeled rows
# ---------------------------
# 60 rows of the breast cancer table have a label, 340 have none, the rest is for the
# test. In the second pool every other column of the unlabeled rows is multiplied by
# 25.4: inches have become millimetres.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sklearn_featrix import EmbeddingTransformer, SemiSupervisedClassifier, mask_labels

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X, X_test, y, y_test = train_test_split(X, y, train_size=400, random_state=0)
y_few = mask_labels(y, n_labeled=60, random_state=0)

other = X.copy()
other.loc[y_few == -1, X.columns[::2]] *= 25.4
pools = {"same hospital": X, "other units": other}


def fit(table, **params):
    embedding = EmbeddingTransformer(effort="low", max_steps=200)
    clf = SemiSupervisedClassifier(embedding, random_state=0, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the second pool is warned of, see below
        return clf.fit(table, y_few)


told = {name: fit(table, evaluate=True, safe=False) for name, table in pools.items()}

# %%
# The rows of the same hospital cannot be told from the labelled ones; ``evaluate=True``
# adds a comparison with the labelled-only vote on held-out labels, and ``safe=False``
# uses all rows whatever it says.

print(told["same hospital"].evidence_)

# %%
# The rows in other units can. So few held-out labels cannot tell whether that does
# harm: their verdict is a tie.

print(told["other units"].evidence_)

# %%
# Rows of another domain are more often harm than help. By default they are warned of,
# with the columns, and left aside: the labelled-only vote predicts.

print(fit(other).uses_unlabeled_)

# %%
# Would they have helped? On rows that nobody has seen, whose labels we know:


def likelihood(clf):
    return -log_loss(y_test, clf.predict_proba(X_test))


known = y_few != -1
labeled_only = SemiSupervisedClassifier(None, random_state=0).fit(
    X[known], y_few[known]
)
truth = {name: likelihood(clf) - likelihood(labeled_only) for name, clf in told.items()}
for name, gain in truth.items():
    print(f"{name}: log-likelihood {gain:+.3f} against the labelled-only vote")

# %%
# The picture
# -----------

figure, (left, right) = plt.subplots(
    1, 2, figsize=(9, 4), layout="constrained", width_ratios=(3, 2)
)
shifts = {name: clf.evidence_.shift for name, clf in told.items()}
names = list(shifts["other units"].column_auc)[::3]
place = np.arange(len(names))
for offset, color, (pool, shift) in zip(
    (-0.2, 0.2), ("C0", "C3"), shifts.items(), strict=True
):
    values = [shift.column_auc[name] for name in names]
    left.barh(place + offset, values, 0.36, color=color, label=pool)
left.axvline(0.5, color="0.5", lw=1)
left.set_yticks(place, names)
left.invert_yaxis()
left.set(xlim=(0.3, 1), xlabel="AUC of the column", title="Which columns differ?")
left.legend(frameon=False, loc="lower right")

for row, (color, (pool, clf)) in enumerate(
    zip(("C0", "C3"), told.items(), strict=True)
):
    found = clf.evidence_.comparison
    right.errorbar(
        found.difference,
        row,
        xerr=[[found.difference - found.low], [found.high - found.difference]],
        fmt="o",
        color=color,
        capsize=3,
    )
    right.annotate(
        f"{pool}: {found.verdict}", (found.difference, row), (0, 9),
        textcoords="offset points", ha="center", color=color,
    )  # fmt: skip
    label = "truth, on the test rows" if row else None
    right.plot(truth[pool], row + 0.12, "D", color="0.3", label=label)
right.axvline(0, color="0.5", lw=1)
right.legend(frameon=False, loc="lower center")
right.set(
    ylim=(1.6, -0.6), yticks=[],
    xlabel="gain in log-likelihood",
    title="Do they help?",
)  # fmt: skip
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()
