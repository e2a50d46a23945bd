"""
What becomes of the columns of a table
======================================

A table of flights holds numbers of very different scales, gaps, airlines, departure
times and a hundred kinds of planes.
:class:`~sklearn_featrix.preprocessing.TableEncoder` makes numbers of all of it, without
looking at a target. We look at what it makes of a skewed number and of a text.
"""

# %%
# The kind of each column
# -----------------------
# 20,000 flights are enough to look at.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklearn_featrix.datasets import load_flights
from sklearn_featrix.preprocessing import TableEncoder

X, _ = load_flights(return_X_y=True)
X = X.sample(20_000, random_state=0)
encoder = TableEncoder(random_state=0).fit(X)
for name, kind in encoder.column_kinds_.items():
    print(f"{name:20} {kind}")

# %%
# One column may become many. ``encoding="tree"`` takes fewer, because trees need
# neither one column per level nor a flag per gap.

names = encoder.get_feature_names_out()
origin = encoder.feature_names_in_[encoder.column_index_]
print(f"{X.shape[1]} columns become {len(names)} for linear models,")
tree_names = encoder.set_params(encoding="tree").get_feature_names_out()
print(f"and {len(tree_names)} for trees; plane_year alone becomes")
print(names[origin == "plane_year"], "or", tree_names[tree_names == "plane_year"])

# %%
# A skewed number
# ---------------
# Gusts are known for a quarter of the flights. For linear models a number becomes its
# normal score: its rank, on the scale of a Gaussian. No value is far out, and a step
# means as much among calm hours as in a storm. Missing values are zero, and flagged.

encoder.set_params(encoding="linear")
encoded = encoder.transform(X)
gust = X["wind_gust"].to_numpy()
score = encoded[~np.isnan(gust), list(names).index("wind_gust__gauss")]

_, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
axes[0].hist(gust[~np.isnan(gust)], bins=30)
axes[0].set(title="Gusts as measured", xlabel="miles per hour", ylabel="flights")
axes[1].hist(score, bins=30)
axes[1].set(title="Gusts for linear models", xlabel="normal score")
plt.show()

# %%
# A text
# ------
# One column per plane model would be a hundred, most of them for a handful of flights.
# Instead the letters of the names are turned into five components. They put the
# variants of one type side by side, and a variant that the table does not contain
# (circles) beside its relatives. The first two tell the Boeing 737 and 757 from the
# rest; the other three tell apart what is left in one heap here.

counts = X["plane_model"].value_counts()
frequent = counts.index[:45].tolist()
text = TableEncoder(random_state=0).fit(X[["plane_model"]])

_, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for color, family in enumerate(["737", "757", "767", "A3"]):
    known = [model for model in frequent if model.startswith(family)]
    points = text.transform(pd.DataFrame({"plane_model": known}))
    ax.plot(*points.T[:2], ".", color=f"C{color}", label=f"{family}...")
for color, unseen in enumerate(["737-9H5", "757-2B7", "767-300ER", "A330-941"]):
    assert unseen not in counts.index
    point = text.transform(pd.DataFrame({"plane_model": [unseen]}))[0]
    ax.plot(*point[:2], "o", mfc="none", color=f"C{color}", label=f"{unseen} (unseen)")
ax.legend(ncols=2, fontsize="small")
ax.set(
    title="Plane models by the letters of their names",
    xlabel="plane_model__text0",
    ylabel="plane_model__text1",
)
plt.show()
