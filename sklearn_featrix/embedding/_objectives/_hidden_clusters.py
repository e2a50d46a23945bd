"""Hide a block of columns; tell from the others what it was."""

from __future__ import annotations

import time

import numpy as np
import torch
from sklearn.cluster import MiniBatchKMeans
from torch import Tensor, nn
from torch.nn import functional

from ...nn import GroupedClusterHead, nearest_centroid, swap_cells
from ._base import Objective

__all__ = ["HiddenClusters"]

N_CLUSTERINGS = 4  # of each group
MAX_CLUSTERS = 12
HIDDEN_SHARE = (0.2, 0.5)  # of the columns, drawn anew for each group
NOISE = 0.1  # share of further cells swapped
GROUPS_IN_BATCH = 8
MAX_CLUSTERED_ROWS = 2000
MAX_MEASURED_ROWS = 20_000  # for the spread of each column


class HiddenClusters(Objective):
    """Many small prediction tasks made from the columns themselves.

    Each of `n_groups` groups is a random block of columns with a few k-means
    clusterings of the rows on this block, its features randomly weighted. In a batch,
    each row has the columns of one group, and a few cells more, replaced by those of
    other rows; the network tells the clusters of the original block. What serves to
    tell one part of a row from the rest also serves to tell a label from the row. A
    second head reconstructs the row, so that what no cluster asks for is not lost.

    Once the deadline has passed, no further group is made: `n_groups` says how many
    there are. Cluster ids are computed for the rows of each batch alone, so that the
    cost does not grow with the table.

    References
    ----------
    Nam et al., "STUNT: Few-shot tabular learning with self-generated tasks from
    unlabeled tables", ICLR 2023, for tasks made of clustered columns.

    Vincent et al., "Extracting and composing robust features with denoising
    autoencoders", ICML 2008, for the reconstruction.
    """

    def prepare(self, rng: np.random.RandomState) -> None:
        """Draw the groups and cluster a sample of the rows on each."""
        # The rows come in an order that says nothing: the first ones are a sample.
        sample = self.table[:MAX_CLUSTERED_ROWS].numpy()
        deviation = self.table[:MAX_MEASURED_ROWS].numpy().std(0)
        precision = np.divide(
            1, deviation, where=deviation > 1e-6, out=np.zeros_like(deviation)
        )
        shape = (self.n_groups, self.table.shape[1], N_CLUSTERINGS, MAX_CLUSTERS)
        hidden = np.zeros((self.n_groups, self.n_cells), dtype=bool)
        directions = np.zeros(shape, dtype=np.float32)
        offsets = np.full((shape[0], *shape[2:]), np.inf, dtype=np.float32)
        for group in range(self.n_groups):
            if group and self.deadline and time.monotonic() >= self.deadline:
                self.n_groups = group
                break
            cells = _draw_block(self.n_cells, rng)
            hidden[group, cells] = True
            columns = np.flatnonzero(np.isin(self.column_groups.numpy(), cells))
            for clustering in range(N_CLUSTERINGS):
                weights = precision[columns] * rng.uniform(size=len(columns))
                centroids = _cluster(sample[:, columns] * weights, rng)
                k = len(centroids)
                directions[group, columns, clustering, :k] = (
                    -2 * weights * centroids
                ).T
                offsets[group, clustering, :k] = (centroids**2).sum(1)
        made = slice(self.n_groups)
        self.hidden = torch.from_numpy(hidden[made])
        self.directions = torch.from_numpy(directions[made])
        self.offsets = torch.from_numpy(offsets[made])

    def build_head(self, width: int) -> nn.Module:
        """Build one linear head per group, and one back to the encoded row."""
        return _Heads(
            GroupedClusterHead(
                width,
                n_groups=self.n_groups,
                n_clusterings=N_CLUSTERINGS,
                n_clusters=MAX_CLUSTERS,
            ),
            nn.Linear(width, self.table.shape[1]),
        )

    @property
    def criterion(self) -> nn.Module:
        """Mean cross-entropy of the cluster ids, plus mean squared error of the row."""
        return _ClustersAndRow()

    def make_batch(
        self, rows: Tensor, generator: torch.Generator
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Share the rows among a few groups and hide each group's columns."""
        n_drawn = min(GROUPS_IN_BATCH, self.n_groups, len(rows))
        groups = torch.randperm(self.n_groups, generator=generator, device="cpu")
        groups = groups[:n_drawn]
        n_each = len(rows) // n_drawn
        intact = self.table[rows[: n_drawn * n_each]]
        noise = self.draw_cells(len(intact), generator) < NOISE
        hidden = self.hidden[groups].repeat_interleave(n_each, dim=0) | noise
        clusters = nearest_centroid(
            intact.reshape(n_drawn, n_each, -1),
            self.directions[groups],
            self.offsets[groups],
        )
        corrupted = swap_cells(
            intact, self.table, hidden, self.column_groups, generator
        )
        targets = {"clusters": clusters.flatten(0, 1), "row": intact}
        return {"x": corrupted, "groups": groups}, targets


class _Heads(nn.Module):
    def __init__(self, clusters: nn.Module, row: nn.Module) -> None:
        super().__init__()
        self.clusters = clusters
        self.row = row

    def forward(self, hidden: Tensor, groups: Tensor) -> tuple[Tensor, Tensor]:
        return self.clusters(hidden, groups), self.row(hidden)


class _ClustersAndRow(nn.Module):
    def forward(
        self, answers: tuple[Tensor, Tensor], targets: dict[str, Tensor]
    ) -> Tensor:
        clusters, row = answers
        return functional.cross_entropy(
            clusters, targets["clusters"]
        ) + functional.mse_loss(row, targets["row"])


def _draw_block(n_cells: int, rng: np.random.RandomState) -> np.ndarray:
    n_hidden = max(1, round(rng.uniform(*HIDDEN_SHARE) * n_cells))
    return rng.choice(n_cells, n_hidden, replace=False)


def _cluster(points: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    n_clusters = min(rng.randint(2, MAX_CLUSTERS + 1), len(points))
    k_means = MiniBatchKMeans(
        n_clusters,
        init="random",
        n_init=1,
        max_iter=10,
        batch_size=512,
        random_state=rng.randint(2**31 - 1),
    )
    return k_means.fit(points).cluster_centers_
