"""
Are more labels worth their price?
==================================

A label costs somebody's time. Before we pay for more of them we ask those that we have:
what did the last ones bring, and would plain supervised learning do without the
unlabeled rows? Two tables give two answers.
"""

# %%
# Two tables with few labels
# --------------------------
# Handwritten digits lie in clusters, which a graph of all rows follows. Tumours of the
# breast cancer table are told apart by a plane.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_featrix import LabelSpreading, label_budget_report, mask_labels
from sklearn_featrix.inspection import LabelBudgetDisplay

plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
reports = {}

X, y = load_digits(return_X_y=True)
reports["digits"] = label_budget_report(
    LabelSpreading("knn", n_neighbors=7),
    X / 16,
    mask_labels(y, n_labeled=150, random_state=0),
    baseline=plain,
    n_repeats=2,
    random_state=0,
)
print(reports["digits"])

# %%
# Of the digits, the unlabeled rows are worth many labels. Of the tumours nothing speaks
# for them:

X, y = load_breast_cancer(return_X_y=True)
reports["breast cancer"] = label_budget_report(
    make_pipeline(StandardScaler(), LabelSpreading("knn", n_neighbors=7)),
    X,
    mask_labels(y, n_labeled=100, random_state=0),
    baseline=plain,
    n_repeats=2,
    random_state=0,
)
print(reports["breast cancer"])

# %%
# The picture
# -----------
# The dotted line goes on to twice the labels, and its band is the honest part of it.

figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
for ax, (name, report) in zip(axes, reports.items(), strict=True):
    LabelBudgetDisplay.from_report(report).plot(
        ax,
        label="graph of all rows",
        plain_label="logistic regression",
        score_name="accuracy",
    )
    ax.set_title(name)
plt.show()
