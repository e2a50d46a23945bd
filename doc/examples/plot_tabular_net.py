"""
A network that shows itself what it gets wrong
==============================================

Handwritten digits, of which two have become rare.
:class:`~sklearn_featrix.neural_network.TabularNetClassifier` begins with what all rows
teach, labelled or not, and learns from the labelled ones. We look at when it stops, and
at batches in which a class has the larger a share, the worse it is known.
"""

# %%
# The table
# ---------
# Eights and nines are thinned out to one in eight. Of what is left, 600 rows have a
# label.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import balanced_accuracy_score, log_loss

from sklearn_featrix import EmbeddingTransformer, TabularNetClassifier, mask_labels

X, y = load_digits(return_X_y=True)
X = X[:, X.std(axis=0) > 0]  # three pixels are always empty
rng = np.random.default_rng(0)
kept = (y < 8) | (rng.uniform(size=len(y)) < 1 / 8)
X_rare, y_rare = X[kept], y[kept]
y_some = mask_labels(y_rare, n_labeled=600, random_state=0)
new = y_some == -1
print(f"{len(y_rare)} rows, labelled of each digit: {np.bincount(y_some[y_some >= 0])}")

# %%
# One embedding for all
# ---------------------
# It is learnt once, and shared by the classifiers that we compare.

embedding = EmbeddingTransformer(max_steps=400, random_state=0).fit(X_rare)
models = {
    sampling: TabularNetClassifier(
        FrozenEstimator(embedding), batch_sampling=sampling, random_state=0
    ).fit(X_rare, y_some)
    for sampling in ("random", "balanced", "dynamic")
}

# %%
# When it stops, and what it looks at
# -----------------------------------
# Four networks are trained, each on its own part of the labelled rows. The weights are
# kept of the epoch in which the loss on the others was lowest (the dots). With
# ``batch_sampling="dynamic"`` the shares of the classes follow their F1 score.

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
history = models["random"].history_
for member, best in enumerate(models["random"].best_epochs_):
    losses = [r["validation_loss"] for r in history if r["member"] == member]
    (line,) = left.plot(range(1, len(losses) + 1), losses, lw=1)
    left.plot(best, losses[best - 1], "o", color=line.get_color())
left.set(xlabel="epoch", ylabel="loss on held-out rows", yscale="log")
left.xaxis.get_major_locator().set_params(integer=True)
left.set_title("random batches: four networks")
shares = np.array(
    [r["class_shares"] for r in models["dynamic"].history_ if r["member"] == 0]
)
right.plot(range(1, len(shares) + 1), shares[:, :8], color="0.75", lw=1)
for digit in (8, 9):
    right.plot(range(1, len(shares) + 1), shares[:, digit], label=f"{digit}, rare")
right.plot([], [], color="0.75", lw=1, label="the other digits")
right.set(xlabel="epoch", ylabel="share of the batches")
right.xaxis.get_major_locator().set_params(integer=True)
right.set_title("dynamic batches: one network")
right.legend()

# %%
# What it brings
# --------------
# On the rows without a label. Balanced accuracy counts every digit alike; the log loss
# asks for true probabilities, which batches of other shares are not made for.

for sampling, model in models.items():
    proba = model.predict_proba(X_rare[new])
    balanced = balanced_accuracy_score(y_rare[new], proba.argmax(axis=1))
    loss = log_loss(y_rare[new], proba)
    print(f"{sampling:9s} balanced accuracy {balanced:.3f}   log loss {loss:.3f}")
plt.show()
