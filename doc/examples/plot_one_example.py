"""
One good example, and what to check next
========================================

One row is known to be what we look for, nothing is known of the others. Which rows are
worth a look? :class:`~sklearn_featrix.semi_supervised.OneExampleClassifier` ranks them;
what the look tells makes the next ranking better.
"""

# %%
# One example
# -----------
# Measurements of breast tumours: all 357 benign ones and the first 60 malignant ones, a
# seventh. The labels are what somebody who looks would say; the classifier sees one of
# them, that of the first malignant tumour.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from sklearn_featrix import OneExampleClassifier

X, benign = load_breast_cancer(return_X_y=True, as_frame=True)
kept = (benign == 1) | ((benign == 0).cumsum() <= 60)
X = X[kept].reset_index(drop=True)
malignant = 1 - benign[kept].to_numpy()
example = int(np.argmax(malignant))
y = np.full(len(X), -1)
y[example] = 1
share = 59 / 416

# %%
# Ten looks at a time
# -------------------
# ``propose`` names the rows most like the positives. We look at ten, write down what
# they are, and fit again. The share of malignant ones among the others is taken as
# known here; it has no part in the ranking.

model = OneExampleClassifier(share, random_state=0).fit(X, y)
first_probabilities = model.predict_proba(X)[:, 1]
once = model.propose(60)
rounds = []
for _ in range(6):
    checked = OneExampleClassifier(share, random_state=0).fit(X, y).propose(10)
    y[checked] = malignant[checked]
    rounds.append(checked)
looks = np.concatenate(rounds)
print("malignant in each ten:", [int(malignant[each].sum()) for each in rounds])

# %%
# Against going down a list
# -------------------------
# Left: how many are found; also down the first ranking, without any fit in between,
# and by the distance to the example in scaled columns. These two do alike here: what is
# near to an example that lies so far out lies out there, too. The looks make the
# difference. Right: the same table from its two leading directions.

scaled = StandardScaler().fit_transform(X)
search = NearestNeighbors(n_neighbors=61).fit(scaled)
nearest = search.kneighbors(scaled[[example]])[1][0, 1:]
plane = PCA(2).fit_transform(scaled)

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for rows, label, color in (
    (looks, "looked at in rounds of ten", "#c8553d"),
    (once, "first ranking", "#0b6e99"),
    (nearest, "nearest to the example", "#8a94a0"),
):
    left.plot(np.r_[0, np.cumsum(malignant[rows])], label=label, c=color)
left.plot([0, 60], [0, 60 * share], c="#8a94a0", ls=":", label="by chance")
left.set(xlabel="rows looked at", ylabel="malignant ones found")
left.legend(frameon=False)

hit, miss = looks[malignant[looks] == 1], looks[malignant[looks] == 0]
right.scatter(*plane.T, s=6, color="#d9dee4", label="not looked at")
right.scatter(*plane[miss].T, s=14, color="#0b6e99", label="looked at: benign")
right.scatter(*plane[hit].T, s=14, color="#c8553d", label="looked at: malignant")
right.scatter(*plane[example], s=170, marker="*", color="#222222", label="the example")
right.set(xlabel="component 1", ylabel="component 2", ylim=(None, 18))
right.legend(frameon=False, loc="upper left")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)

# %%
# Probabilities from one example
# ------------------------------
# They rest on the share that was given, and on the assumption that the example is any
# malignant tumour, drawn at random. One example says little of the others, so they are
# cautious.

others = np.arange(len(X)) != example
for low, high in ((0, 0.05), (0.05, 0.3), (0.3, 1)):
    inside = (first_probabilities >= low) & (first_probabilities < high) & others
    print(
        f"probability {low:.2f} to {high:.2f}: {inside.sum():4d} rows, "
        f"{malignant[inside].mean():.0%} of them malignant"
    )
