"""
A goal with a name
==================

"Catch everything", "alert only when you are sure": this is how people say what a
detector of rare events is for. Each goal is a threshold on the same probabilities,
chosen on the few labels there are. The picture shows what every threshold would do,
where the goals land, and what they come to on rows never seen.
"""

# %%
# One in twenty-five
# ------------------
# A table of 12,000 rows, 1,000 of them labelled. One in twenty-five is positive. The
# most probable class is seldom the positive one, so that plain ``predict`` misses many.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve, precision_score, recall_score

from sklearn_featrix import GoalThresholdClassifier, LabeledOnly

rng = np.random.default_rng(0)
y = (rng.uniform(size=12_000) < 0.04).astype(int)
X = rng.normal(size=(12_000, 4)) + 1.2 * y[:, None]
labeled = np.arange(12_000) < 1000
y_few = np.where(labeled, y, -1)
model = LabeledOnly(LogisticRegression())
print(f"{y[labeled].sum()} of the 1,000 labelled rows are positive")

# %%
# Four goals
# ----------
# A miss costs as much as five false alarms; 95 % of the positive rows are to be
# caught, or nine in ten alarms to be right.

goals = {
    "balanced": {},
    "minimize_cost": {"cost_matrix": [[0, 1], [5, 0]]},
    "catch_everything": {"min_recall": 0.95},
    "alert_only_when_sure": {"min_precision": 0.9},
}
fitted = {
    goal: GoalThresholdClassifier(model, goal, **options).fit(X, y_few)
    for goal, options in goals.items()
}
X_new, y_new = X[~labeled], y[~labeled]
reached = {}
print("goal                  threshold  feasible  recall  precision   (on new rows)")
for goal, classifier in fitted.items():
    predicted = classifier.predict(X_new)
    reached[goal] = recall_score(y_new, predicted), precision_score(y_new, predicted)
    print(
        f"{goal:20}  {classifier.best_threshold_:9.3f}  "
        f"{classifier.goal_feasible_!s:8}  {reached[goal][0]:6.2f}  "
        f"{reached[goal][1]:9.2f}"
    )

# %%
# The picture
# -----------
# Left: recall and precision at every threshold, on the labelled rows that were held
# out. Right: the same thresholds on the 11,000 other rows; a ring is where the held-out
# rows promised the goal to land. With so few positive labels, promise and truth lie
# apart.

results = fitted["balanced"].cv_results_
inside = np.isfinite(results["thresholds"]) & (results["thresholds"] > 0)
thresholds = results["thresholds"][inside]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
left.plot(thresholds, results["recall"][inside], color="C0")
left.plot(thresholds, results["precision"][inside], color="C1")
left.text(1.5e-3, 0.93, "recall", color="C0", va="top")
left.text(1.5e-3, 0.12, "precision", color="C1", va="bottom")
left.set(
    xscale="log", xlim=(1e-3, 1), ylim=(0, 1.02), xlabel="threshold",
    ylabel="on held-out labels",
)  # fmt: skip
precision, recall, _ = precision_recall_curve(
    y_new, fitted["balanced"].predict_proba(X_new)[:, 1]
)
right.plot(recall, precision, color="0.75", linewidth=1)
plain = model.fit(X, y_few).predict(X_new)
right.plot(
    recall_score(y_new, plain), precision_score(y_new, plain), "x", color="0.4",
    label="most probable class",
)  # fmt: skip
for (goal, classifier), color in zip(
    fitted.items(), ("C2", "C5", "C0", "C3"), strict=True
):
    at = classifier.cv_results_["thresholds"].tolist().index(classifier.best_threshold_)
    promised = [classifier.cv_results_[name][at] for name in ("recall", "precision")]
    left.axvline(classifier.best_threshold_, color=color, linestyle=":")
    right.plot(*zip(promised, reached[goal], strict=True), color=color, linewidth=0.8)
    right.plot(*promised, "o", color=color, markerfacecolor="white")
    right.plot(*reached[goal], "o", color=color, label=goal.replace("_", " "))
right.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
right.legend(frameon=False, loc="lower left")
for axis in (left, right):
    axis.spines[["top", "right"]].set_visible(False)
plt.show()
