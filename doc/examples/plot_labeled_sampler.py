"""
SMOTE among unlabeled rows, and what it does to probabilities
=============================================================

A sampler of imbalanced-learn takes the mark of unlabeled rows for a class.
:class:`~sklearn_featrix.sampling.LabeledSampler` gives it the labelled rows only, and
can look for neighbours in an embedding that has learnt from all of them. What comes out
is balanced; whether it is any better is another question.
"""

# %%
# A rare class along an arc
# -------------------------
# Four thousand rows. The rare class lies along a bow in two columns, which two more
# echo; ten columns are noise. One row in ten has a label.

import matplotlib.pyplot as plt
import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import average_precision_score

from sklearn_featrix import (
    EmbeddingTransformer,
    LabeledOnly,
    LabeledSampler,
    PriorCorrectedClassifier,
    RareEventSampler,
    is_labeled,
    mask_labels,
)
from sklearn_featrix.sampling import make_pipeline

MIX = np.array([[0.8, -0.5], [0.4, 0.9]])


def draw(n_rows, seed):
    """Make rows of which one in twenty lies along the bow."""
    rng = np.random.default_rng(seed)
    y = (rng.uniform(size=n_rows) < 0.05).astype(int)
    angle = rng.uniform(0, np.pi, size=n_rows)
    bow = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
    spread = np.where(y == 1, 0.3, 1.3)[:, None]
    plane = bow * y[:, None] + spread * rng.normal(size=(n_rows, 2))
    echo = plane @ MIX + 0.3 * rng.normal(size=(n_rows, 2))
    return np.column_stack([plane, echo, rng.normal(size=(n_rows, 10))]), y


X, y = draw(4000, seed=0)
X_test, y_test = draw(20_000, seed=1)
y_few = mask_labels(y, n_labeled=400, random_state=0)
labeled = is_labeled(y_few)
print(f"{(y_few == 1).sum()} of {labeled.sum()} labels are of the rare class")

# %%
# Balanced labels
# ---------------
# To SMOTE the unlabeled rows are the largest class, which all others are brought up to.
# Through ``LabeledSampler`` only the labels are balanced.

embedding = EmbeddingTransformer(effort="low", random_state=0)
samplers = {
    "SMOTE alone": SMOTE(random_state=0),
    "in the table": LabeledSampler(SMOTE(random_state=0)),
    "in an embedding": LabeledSampler(SMOTE(random_state=0), space=embedding),
}
resampled = {}
for name, sampler in samplers.items():
    resampled[name] = sampler.fit_resample(X, y_few)
    marks, counts = np.unique(resampled[name][1], return_counts=True)
    print(f"{name:16}", dict(zip(marks.tolist(), counts.tolist(), strict=True)))

# %%
# Ranking and probabilities
# -------------------------
# One row in twenty is of the rare class. Class shares that are known put the
# probabilities right where rows were drawn at random, and miss where they were made.
# In this draw of 21 rare labels SMOTE ranks the rows a little better; it is no rule.

trees = LabeledOnly(ExtraTreesClassifier(200, min_samples_leaf=3, random_state=0))
rare = make_pipeline(RareEventSampler(random_state=0), trees)
smote = make_pipeline(samplers["in the table"], trees)
models = {
    "as it is": trees,
    "SMOTE in the table": smote,
    "SMOTE in an embedding": make_pipeline(samplers["in an embedding"], trees),
    "a share of the frequent": rare,
    "SMOTE, corrected": PriorCorrectedClassifier(
        smote, "labeled", training_prior="balanced"
    ),
    "a share, corrected": PriorCorrectedClassifier(
        rare, "labeled", training_prior="balanced"
    ),
}
results = {}
for name, model in models.items():
    probabilities = model.fit(X, y_few).predict_proba(X_test)[:, 1]
    precision = average_precision_score(y_test, probabilities)
    results[name] = probabilities.mean(), precision
    print(f"{name:24} mean {probabilities.mean():.3f}, precision {precision:.3f}")
print(f"{'truth':24} mean {y_test.mean():.3f}")

# %%
# The picture
# -----------
# Left: rows made of neighbours in the table and in the embedding. Right: average
# precision against the mean probability; the dotted line is the truth.

figure, axes = plt.subplots(
    1, 3, figsize=(12, 4), layout="constrained", width_ratios=(1, 1, 1.25)
)
for ax, name in zip(axes, ("in the table", "in an embedding"), strict=False):
    X_new, _ = resampled[name]
    made = X_new[samplers[name].sample_indices_ < 0]
    for rows, style in (
        (X[~labeled], {"color": "0.85", "s": 4, "label": "unlabeled"}),
        (X[y_few == 0], {"color": "C0", "s": 8, "label": "frequent class"}),
        (made, {"color": "C1", "s": 8, "alpha": 0.6, "label": "made"}),
        (X[y_few == 1], {"color": "C3", "s": 24, "label": "rare class"}),
    ):
        ax.scatter(rows[:, 0], rows[:, 1], **style)
    ax.set(title=f"SMOTE {name}", xlim=(-4, 4), ylim=(-3.5, 4), xticks=[], yticks=[])
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=4)

right = axes[2]
right.axvline(y_test.mean(), color="0.6", linestyle=":")
for place, (name, (mean, precision)) in enumerate(results.items()):
    right.plot(mean, precision, "o", color=f"C{place}", label=name)
right.set(xlabel="mean probability of the rare class", ylabel="average precision")
right.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
right.spines[["top", "right"]].set_visible(False)
plt.show()
