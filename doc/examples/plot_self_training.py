"""
Self-training that does not fool itself
=======================================

Self-training labels the rows it is sure of and learns from them. It is surest of
frequent classes, so it sees more and more of these and believes in the rare ones less
and less. We look for one handwritten digit among ten, with 100 labels: one row in ten
is of the class we want.
"""

# %%
# Is it an eight?
# ---------------
# Plain self-training, round by round, against rounds that keep the class shares of the
# labels. Truth is known here: the labels of the other 1,697 rows were only hidden.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.semi_supervised import SelfTrainingClassifier as PlainSelfTraining

from sklearn_featrix import SelfTrainingClassifier, is_labeled, mask_labels

X, digit = load_digits(return_X_y=True)
X = X / 16
ROUNDS = range(7)


def hide(wanted):
    y = (digit == wanted).astype(int)
    y_partial = mask_labels(y, n_labeled=100, random_state=0)
    return y, y_partial, ~is_labeled(y_partial)


y, y_partial, hidden = hide(8)
makers = {
    "plain": lambda n: PlainSelfTraining(LogisticRegression(), max_iter=n),
    "class shares kept": lambda n: SelfTrainingClassifier(
        LogisticRegression(), max_iter=n, n_folds=None
    ),
}
believed = {
    name: [
        make(n).fit(X, y_partial).predict_proba(X[hidden])[:, 1].mean() for n in ROUNDS
    ]
    for name, make in makers.items()
}
share = y[hidden].mean()
for name, means in believed.items():
    print(f"{name:18} believes in {means[-1]:.1%} eights; the truth is {share:.1%}")

# %%
# Is it a three?
# --------------
# How many rounds are good is another question for each table. By default labelled rows
# held out answer it, and ``history_`` tells what they say. Of the threes they are for
# rounds, and the hidden rows agree; of the eights they are not, and none is made.

for_eights = SelfTrainingClassifier(LogisticRegression()).fit(X, y_partial)
print("rounds for eights:", for_eights.n_iter_)

y, y_partial, hidden = hide(3)
judged = SelfTrainingClassifier(LogisticRegression()).fit(X, y_partial)
print("rounds for threes:", judged.n_iter_)

held_out = np.array([entry["held_out_loss"] for entry in judged.history_])
error = np.array([entry["standard_error"] for entry in judged.history_])
truth = [
    log_loss(y[hidden], maker.fit(X, y_partial).predict_proba(X[hidden]))
    for maker in map(makers["class shares kept"], range(len(held_out)))
]

# %%
# The picture
# -----------

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for (name, means), style in zip(believed.items(), ("s--", "o-"), strict=True):
    left.plot(ROUNDS, means, style, label=name)
left.axhline(share, color="0.5", lw=1)
left.annotate("truth", (6, share), (0, 3), textcoords="offset points", color="0.4")
left.set(xlabel="most rounds", ylabel="mean probability", title="Is it an eight?")
left.set_ylim(0, 0.125)
left.legend(frameon=False)

right.errorbar(
    range(len(held_out)),
    held_out,
    error,
    fmt="o-",
    capsize=3,
    label="held-out rows",
)
right.plot(range(len(truth)), truth, "^:", color="0.4", label="truth: the hidden rows")
right.axvline(judged.n_iter_, color="C2", lw=1)
right.annotate(
    "rounds made", (judged.n_iter_, held_out.max()), (4, 0),
    textcoords="offset points", color="C2",
)  # fmt: skip
right.set(xlabel="rounds", ylabel="log loss", title="Is it a three?")
right.set_ylim(0.11, 0.18)
right.set_xticks(range(len(held_out)))
right.legend(frameon=False)
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()
