"""
One search over an embedding and a classifier
=============================================

The embedding should learn from all rows, the classifier from the labelled ones, and one
search should choose the parameters of both.
:class:`~sklearn_featrix.compose.LabeledOnly` makes a pipeline of the two possible, and
:class:`~sklearn_featrix.model_selection.LabeledSplit` makes the search right.
"""

# %%
# The table
# ---------
# 1,797 handwritten digits, 100 of them with a label.

from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from sklearn_featrix import LabeledOnly, LabeledSplit, is_labeled, mask_labels

X, y = load_digits(return_X_y=True)
X = X / 16
y_partial = mask_labels(y, n_labeled=100, random_state=0)

# %%
# The pipeline
# ------------
# A quick embedding for the sake of the example: similarities to 300 landmarks, drawn
# from all rows. The memory keeps what it has computed, so that each embedding is fitted
# once per fold, whatever the number of classifiers tried on it.

pipeline = Pipeline(
    [
        ("embed", Nystroem(n_components=300, random_state=0)),
        ("clf", LabeledOnly(LogisticRegression(max_iter=500))),
    ],
    memory=mkdtemp(),
)
grid = {
    "embed__gamma": [0.01, 0.03, 0.1, 0.3, 1.0],
    "clf__estimator__C": [0.1, 1.0, 10.0, 100.0],
}
search = GridSearchCV(pipeline, grid, cv=LabeledSplit(5)).fit(X, y_partial)
print(search.best_params_)
print(f"cross-validated: {search.best_score_:.3f}")

# %%
# The best of twenty scores is a little too good, and with 100 labels the ranking is
# noisy. The rows whose labels were hidden tell.

hidden = ~is_labeled(y_partial)
print(f"on hidden rows:  {search.score(X[hidden], y[hidden]):.3f}")

scores = search.cv_results_["mean_test_score"].reshape(4, 5)
fig, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
image = ax.imshow(scores, cmap="viridis")
ax.set_xticks(range(5), grid["embed__gamma"])
ax.set_yticks(range(4), grid["clf__estimator__C"])
ax.set(
    xlabel="gamma of the embedding, fitted on all rows", ylabel="C of the classifier"
)
for (row, column), score in np.ndenumerate(scores):
    dark = score < (scores.min() + scores.max()) / 2
    ax.text(column, row, f"{score:.2f}", ha="center", va="center",
            color="white" if dark else "black")  # fmt: skip
fig.colorbar(image, label="accuracy over labelled rows", shrink=0.8)
plt.show()
