"""
A classifier that knows when to be silent
=========================================

With few labels a classifier is wrong more often than we like, and it answers whatever
it is asked. It is allowed to say "unknown": where it is not sure, and where a row is
like nothing that it has seen. What is left to a person is the rest.
"""

# %%
# Handwritten digits, 150 labels
# ------------------------------
# We want 95 % of the answers to be right. The threshold is chosen on labelled rows that
# are held out, fold by fold.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from sklearn_featrix import LabeledOnly, SelectiveClassifier, is_labeled, mask_labels
from sklearn_featrix.inspection import CoverageAccuracyDisplay
from sklearn_featrix.metrics import coverage_accuracy_curve

X, y = load_digits(return_X_y=True)
X = X / 16
y_few = mask_labels(y, n_labeled=150, random_state=0)
model = LabeledOnly(LogisticRegression(max_iter=1000))
selective = SelectiveClassifier(model, target=0.95).fit(X, y_few)

hidden = ~is_labeled(y_few)
answers = selective.predict(X[hidden])
answered = is_labeled(answers)  # -1 is the answer "unknown"
print(
    f"without abstaining: {model.fit(X, y_few).score(X[hidden], y[hidden]):.3f} right"
)
print(
    f"abstaining: {answered.mean():.3f} answered, "
    f"{np.mean(answers[answered] == y[hidden][answered]):.3f} of the answers right"
)

# %%
# Rows of another world
# ---------------------
# White on black in place of black on white: no digit of the table looks like that. The
# classifier is sure of many of them all the same. Only the distance to the rows it has
# seen tells.

strange = {"digits of the table": X[hidden], "negatives": 1 - X[hidden]}
anywhere = SelectiveClassifier(model, target=0.95, region=None).fit(X, y_few)
shares = {
    "by confidence alone": [anywhere.accepts(rows).mean() for rows in strange.values()],
    "inside the known region": [
        selective.accepts(rows).mean() for rows in strange.values()
    ],
}
for name, values in shares.items():
    print(f"{name:24} answers {values[0]:.1%} of digits, {values[1]:.1%} of negatives")

# %%
# The picture
# -----------
# Left: accuracy by the share of rows answered, as the held-out labels see it and as it
# is. Right: who gets an answer.

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
CoverageAccuracyDisplay.from_estimator(selective, ax=left, label="held-out labels")
probabilities = selective.predict_proba(X[hidden])
coverage, accuracy, _ = coverage_accuracy_curve(
    y[hidden], probabilities.argmax(axis=1), probabilities.max(axis=1)
)
CoverageAccuracyDisplay(coverage, accuracy).plot(
    left, label="truth: the hidden rows", color="0.45"
)
left.set_ylim(0.8, 1.01)
left.legend(frameon=False, loc="lower left")

places = np.arange(2)
for shift, (name, values) in zip((-0.19, 0.19), shares.items(), strict=True):
    bars = right.bar(places + shift, values, 0.36, label=name)
    right.bar_label(bars, [f"{value:.0%}" for value in values], fontsize="small")
right.set_xticks(places, list(strange))
right.set(ylabel="share of rows answered", ylim=(0, 1.2), yticks=[0, 0.5, 1])
right.legend(frameon=False, loc="upper right")
right.spines[["top", "right"]].set_visible(False)
plt.show()
