"""Fitted objects to files and back, without pickle: reading runs no code of a file."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
from scipy import sparse

# What may be in a file. Anything else is refused, in writing and in reading.
_KNOWN = {
    "CategoryEncoder": "sklearn_featrix.preprocessing._category",
    "ColumnSpace": "sklearn_featrix.neighbors._column_space",
    "DatetimeEncoder": "sklearn_featrix.preprocessing._datetime",
    "EmbeddingNetwork": "sklearn_featrix.embedding._network",
    "EmbeddingTransformer": "sklearn_featrix.embedding",
    "FlagEncoder": "sklearn_featrix.preprocessing._flag",
    "FrozenEstimator": "sklearn.frozen",
    "Missing": "sklearn_featrix.preprocessing._flag",
    "NumericEncoder": "sklearn_featrix.preprocessing._numeric",
    "RowSpace": "sklearn_featrix.neighbors._row_space",
    "ScaledTable": "sklearn_featrix.neighbors._scaled_table",
    "SimilaritySearch": "sklearn_featrix.neighbors",
    "TableEncoder": "sklearn_featrix.preprocessing",
    "TextEncoder": "sklearn_featrix.preprocessing._text",
    "TfidfTransformer": "sklearn.feature_extraction.text",
}
_FORMAT = 1


def save_state(value, folder, name):
    """Write a value to `name`.json and, its arrays, to `name`.npz.

    Parameters
    ----------
    value : object
        Numbers, texts, arrays, containers of these, and objects of known classes.
    folder : path
        Where; it must exist.
    name : str
        Stem of the files.

    Raises
    ------
    TypeError
        If there is something that cannot be written without pickle.
    """
    arrays = {}
    state = {"format": _FORMAT, "value": _pack(value, arrays)}
    np.savez(Path(folder, f"{name}.npz"), allow_pickle=False, **arrays)
    Path(folder, f"{name}.json").write_text(json.dumps(state), encoding="utf-8")


def load_state(folder, name):
    """Read what `save_state` wrote.

    Parameters
    ----------
    folder : path
        Where the files are.
    name : str
        Their stem.

    Returns
    -------
    object
        The value.

    Raises
    ------
    ValueError
        If the file is of another format or holds something unknown.
    """
    state = json.loads(Path(folder, f"{name}.json").read_text(encoding="utf-8"))
    if state.get("format") != _FORMAT:
        raise ValueError(
            f"{folder} was written in format {state.get('format')!r}; this version "
            f"reads format {_FORMAT}. Fit and save again."
        )
    with np.load(Path(folder, f"{name}.npz"), allow_pickle=False) as arrays:
        return _unpack(state["value"], dict(arrays))


def _pack(value, arrays):
    if type(value) in (type(None), bool, int, float, str):
        return value
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [_pack(each, arrays) for each in value]}
    if isinstance(value, dict):
        items = [[_pack(k, arrays), _pack(v, arrays)] for k, v in value.items()]
        return {"dict": items}
    if isinstance(value, (np.ndarray, np.generic)):
        return _pack_array(np.asarray(value), isinstance(value, np.generic), arrays)
    if sparse.issparse(value):
        value = value.tocsr()
        parts = [value.data, value.indices, value.indptr, list(value.shape)]
        return {"sparse": [_pack(each, arrays) for each in parts]}
    name = type(value).__name__
    if _KNOWN.get(name, "-").split(".")[0] != type(value).__module__.split(".")[0]:
        raise TypeError(
            f"A {type(value).__module__}.{name} cannot be saved without pickle. Use "
            "joblib.dump for the whole object, or an embedding of this package; "
            "random_state must be an int or None."
        )
    return {"object": name, "state": _pack(dict(vars(value)), arrays)}


def _pack_array(value, is_scalar, arrays):
    if value.dtype == object:
        items = [_pack(each, arrays) for each in value.ravel().tolist()]
        return {"objects": items, "shape": list(value.shape)}
    key = f"a{len(arrays)}"
    arrays[key] = value
    return {"scalar" if is_scalar else "array": key}


def _unpack(packed, arrays):
    if not isinstance(packed, dict):
        return packed
    kind = next(iter(packed))
    if kind in ("list", "tuple"):
        items = [_unpack(each, arrays) for each in packed[kind]]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {_unpack(k, arrays): _unpack(v, arrays) for k, v in packed[kind]}
    if kind in ("array", "scalar"):
        return arrays[packed[kind]] if kind == "array" else arrays[packed[kind]][()]
    if kind == "objects":
        flat = np.empty(len(packed[kind]), dtype=object)
        flat[:] = [_unpack(each, arrays) for each in packed[kind]]
        return flat.reshape(packed["shape"])
    if kind == "sparse":
        *parts, shape = (_unpack(each, arrays) for each in packed[kind])
        return sparse.csr_array(tuple(parts), shape=tuple(shape))
    if kind == "object" and packed[kind] in _KNOWN:
        made = _known_class(packed[kind])
        made = made.__new__(made)
        vars(made).update(_unpack(packed["state"], arrays))
        return made
    raise ValueError(f"The file holds something unknown: {packed.get(kind)!r}.")


def _known_class(name):
    return getattr(import_module(_KNOWN[name]), name)
