"""
Probabilities of rare events, put right
=======================================

Of rare events one keeps all, and of the rest a sample: it makes a small table in which
there is something to learn. The classifier then believes that the events are as
frequent as in its table. The ranking of the rows does not suffer, but a probability
cannot be taken at its word, and every decision by costs goes wrong. Bayes' theorem
puts it right.
"""

# %%
# One in two hundred
# ------------------
# A table of 400,000 rows of which one in two hundred is an event. We keep the events of
# the first half and one in forty of its other rows; the second half is for testing.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from sklearn_featrix import CostSensitiveClassifier, PriorCorrectedClassifier

rng = np.random.default_rng(0)
n_rows, share = 400_000, 0.005
y = (rng.uniform(size=n_rows) < share).astype(int)
X = rng.normal(size=(n_rows, 4)) + 0.8 * y[:, None]
first_half = np.arange(n_rows) < n_rows // 2
sample = first_half & ((y == 1) | (rng.uniform(size=n_rows) < 1 / 40))
X_test, y_test = X[~first_half], y[~first_half]
print(f"{sample.sum()} rows to learn from, {y[sample].mean():.3f} of them events")

models = {
    "logistic regression": LogisticRegression(),
    "boosted trees": HistGradientBoostingClassifier(max_iter=40, random_state=0),
}
probabilities = {}
for name, model in models.items():
    corrected = PriorCorrectedClassifier(model, prior={1: share})
    corrected.fit(X[sample], y[sample])
    before = corrected.estimator_.predict_proba(X_test)[:, 1]
    after = corrected.predict_proba(X_test)[:, 1]
    probabilities[name] = before, after
    print(
        f"{name:20} mean probability {before.mean():.4f}, corrected "
        f"{after.mean():.4f}, truth {y_test.mean():.4f}; average precision "
        f"{average_precision_score(y_test, before):.4f} and "
        f"{average_precision_score(y_test, after):.4f}"
    )

# %%
# Decisions
# ---------
# A false alarm costs 1, to miss an event costs more: how much more we vary. One fit
# serves all, for ``predict`` takes other costs than those of ``fit``. The most probable
# class knows no costs. It is right by chance where a miss costs forty alarms, as one in
# forty rows was kept.

misses = [10, 20, 50, 100, 200, 500]
matrices = [np.array([[0, 1], [miss, 0]]) for miss in misses]
model = LogisticRegression()
corrected = PriorCorrectedClassifier(model, prior={1: share})
plain = model.fit(X[sample], y[sample]).predict(X_test)
mean_costs = {
    "most probable class": [costs[y_test, plain].mean() for costs in matrices]
}
for name, inner in {"costs alone": model, "costs, corrected": corrected}.items():
    decider = CostSensitiveClassifier(inner, matrices[0]).fit(X[sample], y[sample])
    mean_costs[name] = [
        costs[y_test, decider.predict(X_test, cost_matrix=costs)].mean()
        for costs in matrices
    ]
print("cost of a miss      ", *(f"{miss:6}" for miss in misses))
for name, values in mean_costs.items():
    print(f"{name:20}", *(f"{value:6.3f}" for value in values))

# %%
# The picture
# -----------
# Left: in groups of rows of like probability, the share of events among them. On the
# diagonal a probability means what it says. Right: what a decision costs in the mean.

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
limits = 3e-4, 1
left.plot(limits, limits, color="0.7", linewidth=1)
for (name, pair), color in zip(probabilities.items(), ("C0", "C1"), strict=True):
    for when, values, style in zip(
        ("as learnt", "corrected"), pair, ("o:", "o-"), strict=True
    ):
        groups = np.array_split(
            np.argsort(values), [100_000, 150_000, 180_000, 195_000]
        )
        left.plot(
            [values[group].mean() for group in groups],
            [y_test[group].mean() for group in groups],
            style,
            color=color,
            markersize=5,
            markerfacecolor="white" if when == "as learnt" else color,
            label=f"{name}, {when}",
        )
left.set(
    xscale="log", yscale="log", xlim=limits, ylim=limits,
    xlabel="mean probability of the group", ylabel="share of events in the group",
)  # fmt: skip
left.set_aspect("equal")
left.legend(frameon=False, fontsize="small", loc="upper left")

styles = ("0.6", ":"), ("C3", "--"), ("C0", "-")
for (name, values), (color, style) in zip(mean_costs.items(), styles, strict=True):
    right.plot(misses, values, style, color=color, marker="o", label=name)
right.set(
    xscale="log", yscale="log",
    xlabel="cost of a miss (a false alarm costs 1)", ylabel="mean cost of a row",
)  # fmt: skip
right.legend(frameon=False)
right.spines[["top", "right"]].set_visible(False)
plt.show()
