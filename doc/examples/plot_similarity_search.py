"""
One flight, and the hundred most like it
========================================

A flight that arrived late: which others were in the same situation?
:class:`~sklearn_featrix.neighbors.SimilaritySearch` finds them in the raw table
and says which columns bring them together. It does not know which flights were late.
"""

# %%
# The table and the example
# -------------------------
# June's flights from New York City, with what is known before departure: times,
# carrier, destination, plane, weather. The example is the first late flight in rain.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from sklearn_featrix import SimilaritySearch, TableEncoder
from sklearn_featrix.datasets import load_flights

X, late = load_flights(return_X_y=True)
june = (X["scheduled_departure"].dt.month == 6).to_numpy()
X, late = X[june].reset_index(drop=True), late[june].reset_index(drop=True)
example = int(np.flatnonzero((late == 1) & (X["precip"] > 0.1))[0])
print(f"{len(X):,} flights, {late.mean():.0%} of them late; number {example}:")
X.iloc[example]

# %%
# The hundred nearest
# -------------------
# ``fit`` encodes the table, each column with the same say; nothing is trained. The
# example itself and the flights beside it would be found first, so the filter leaves
# out those of the same hour. The table has a column "distance", so that of the search
# has an underscore.

hour = X["scheduled_departure"].dt.floor("h")
search = SimilaritySearch().fit(X)
hits = search.find_similar(
    X.iloc[example], k=100, where=hour != hour[example], explain=True
)
print(
    f"late: {late[hits['index']].mean():.0%} of the hundred nearest, "
    f"{late.mean():.0%} of all flights"
)
hits[
    ["scheduled_departure", "carrier", "dest", "precip", "distance_", "reasons"]
].head()

# %%
# Where they lie, and why
# -----------------------
# Left: all flights, by the two leading directions of the encoded table. The search
# looks at all directions, so the hundred need not be the nearest dots. Right: how much
# nearer than an average flight each column brings the hundred, on average. What is rare
# and shared counts most.

plane = PCA(2, random_state=0).fit_transform(TableEncoder().fit_transform(X))
reasons = hits.filter(like="why__").mean().sort_values()[-10:]
reasons.index = reasons.index.str.removeprefix("why__")

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
left.scatter(*plane.T, s=2, color="#d9dee4", label="all flights")
left.scatter(
    *plane[hits["index"]].T, s=12, color="#0b6e99", label="the hundred nearest"
)
left.scatter(*plane[example], s=160, marker="*", color="#c8553d", label="the example")
left.set(xlabel="component 1", ylabel="component 2")
left.legend(frameon=False, loc="best", markerscale=1.2)
right.barh(reasons.index, reasons, color="#0b6e99")
right.set_xlabel("brings them nearer by (cosine distance)")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)

# %%
# A part of a flight
# ------------------
# Columns that are left out have no part in the search: here only the weather counts,
# whatever the hour, the carrier, the plane and the destination.

weather = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]
hits = search.find_similar(
    X.loc[example, weather].to_dict(), k=100, where=hour != hour[example]
)
print(f"late: {late[hits['index']].mean():.0%} of the hundred in such weather")
