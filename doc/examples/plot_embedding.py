"""
Vectors for the rows of a table
===============================

1,797 handwritten digits, of which a few are labelled.
:class:`~sklearn_featrix.embedding.EmbeddingTransformer` learns vectors from all of them
without looking at a label. We draw the vectors, and then see what they are worth to a
linear classifier, from few labels to more.
"""

# %%
# Learning the vectors
# --------------------
# The network hides some columns, here pixels, and tells from the others in which
# cluster the hidden part falls. ``history_`` shows how this went: the loss levels off
# long before the last step.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_featrix import EmbeddingTransformer, LabeledOnly, TableEncoder, mask_labels

X, y = load_digits(return_X_y=True)
X = X[:, X.std(axis=0) > 0]  # three pixels are always empty
embedding = EmbeddingTransformer(random_state=0).fit(X)
for block in embedding.history_[::4]:
    print(f"step {block['step']:3d}  loss {block['loss']:.3f}")

# %%
# The two leading directions
# --------------------------
# With ``n_components`` the vectors are rotated to their principal axes: the first two
# columns are the directions in which the rows differ most. Here the rotation is
# applied afterwards, to keep all columns for what follows.

vectors = embedding.transform(X)
_, axes = np.linalg.eigh(np.cov(vectors.T))
plane = vectors @ axes[:, [-1, -2]]
fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
points = ax.scatter(*plane.T, c=y, s=6, cmap="tab10", vmin=-0.5, vmax=9.5)
fig.colorbar(points, ticks=range(10), label="digit, unknown to the embedding")
ax.set(xlabel="component 1", ylabel="component 2")

# %%
# What they are worth
# -------------------
# The same classifier on the encoded columns and on the vectors. Each number of labels
# is drawn five times; accuracy on the digits without a label.

encoded = TableEncoder().fit_transform(X)
spaces = {
    "encoded columns": (encoded, LogisticRegression(max_iter=1000)),
    "vectors": (vectors, LogisticRegression(C=10, max_iter=1000)),
}
budgets = [20, 50, 100, 200]


def mean_accuracy(features, classifier, n_labeled):
    scores = []
    for seed in range(5):
        y_partial = mask_labels(y, n_labeled=n_labeled, random_state=seed)
        hidden = y_partial == -1
        model = LabeledOnly(classifier).fit(features, y_partial)
        scores.append(model.score(features[hidden], y[hidden]))
    return np.mean(scores)


fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, (features, classifier) in spaces.items():
    accuracies = [mean_accuracy(features, classifier, n) for n in budgets]
    print(f"{name:16}", *(f"{accuracy:.3f}" for accuracy in accuracies))
    ax.plot(budgets, accuracies, marker="o", label=name)
ax.set(xscale="log", xlabel="labels", ylabel="accuracy", xticks=budgets)
ax.set_xticks(budgets, [str(n) for n in budgets])
ax.minorticks_off()
ax.legend(frameon=False)

# %%
# The fewer the labels, the more the vectors are worth; from about 100 on there is
# nothing left to gain here. The :ref:`user guide <embedding>` has the tables on which
# they help longer, and those on which they do not.
#
# In a pipeline the embedding learns from all rows and the classifier from the labelled
# ones:

pipeline = make_pipeline(
    EmbeddingTransformer(random_state=0), LabeledOnly(LogisticRegression(C=10))
)
y_partial = mask_labels(y, n_labeled=50, random_state=0)
print(f"accuracy with 50 labels: {pipeline.fit(X, y_partial).score(X, y):.3f}")
