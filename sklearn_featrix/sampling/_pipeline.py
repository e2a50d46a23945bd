"""A pipeline with samplers that scores rows as they were."""

from __future__ import annotations

import sys
import time
from inspect import signature

import numpy as np
from imblearn import pipeline
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import make_pipeline as make_plain_pipeline
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_memory

from ..utils._compat import fit_context, num_samples
from ._resampled_rows import ResampledRows

__all__ = ["Pipeline", "make_pipeline"]


def _has_no_sampler(self):
    if self._has_sampler():
        raise AttributeError(
            "A pipeline with samplers has no fit_transform and no fit_predict: they "
            "would give results for resampled rows, where fit followed by transform or "
            "predict gives them for the rows as they were. Call these."
        )
    return True


def _last_step_has(method):
    def check(self):
        getattr(self.steps[-1][1], method)
        return True

    return check


class Pipeline(pipeline.Pipeline):
    """Transformers, samplers and an estimator, scored on rows as they were.

    :class:`imblearn.pipeline.Pipeline` with what it takes to keep resampled rows out of
    scores, and with weights that follow the rows.

    Parameters
    ----------
    steps : list of (str, estimator)
        Names and steps. All but the last have `transform` or `fit_resample`.
    transform_input : list of str, default=None
        As in :class:`sklearn.pipeline.Pipeline`.
    memory : str or object with the joblib.Memory interface, default=None
        Caches fitted steps; the steps are cloned first then.
    verbose : bool, default=False
        Whether to write the seconds and rows of each step.

    Attributes
    ----------
    named_steps : Bunch
        Steps by name.
    classes_ : ndarray of shape (n_classes,)
        The classes of the last step.
    n_features_in_ : int
        Number of columns seen by the first step.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if they have names.

    See Also
    --------
    make_pipeline : The same without names.

    Notes
    -----
    Only `fit` resamples. What that rules out:

    - `predict`, `predict_proba`, `transform` and `score` go around the samplers, so
      that no test fold of a cross-validation or search is ever resampled;
    - `fit_transform` and `fit_predict`, which would give results for resampled rows,
      are not there if a step is a sampler;
    - `fit` refuses a pipeline that ends in a sampler: there is nothing to score.
      ``pipeline[:-1].fit_resample(X, y)`` still shows what the last step learns from;
    - `score` refuses rows that a sampler made in `fit`, and the resampled table as a
      whole. It knows them if no transformer stands before the sampler.

    It cannot know of rows that were resampled before they came to `fit`. Resampling
    goes into the pipeline, never in front of a cross-validation.
    """

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None, **params):
        """Fit the steps; samplers resample what the steps behind them learn from.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels, with marks where rows have none if the steps know them.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, for the last step. They follow the rows through
            samplers; samplers that take weights are given them.
        **params : dict
            ``step__parameter`` as in scikit-learn; with metadata routing enabled,
            what the steps request.

        Returns
        -------
        self : Pipeline
            The fitted pipeline.

        Raises
        ------
        TypeError
            If the last step is a sampler.
        ValueError
            If weights were given and a sampler makes rows of unknown weight.
        """
        self._refuse_sampler_at_the_end()
        if self.transform_input is not None:
            given = {} if sample_weight is None else {"sample_weight": sample_weight}
            return super().fit(X, y, **given, **params)
        self.steps = list(self.steps)
        self._validate_steps()
        params = self._params_of_steps(sample_weight, params)
        X, y, weights = self._fit_all_but_last(X, y, sample_weight, params)
        name, step = self.steps[-1]
        if step is not None and step != "passthrough":
            began = time.monotonic()
            given = params[name]["fit"]
            if sample_weight is not None and not _is_routing():
                given = {**given, "sample_weight": weights}
            step.fit(X, y, **_with_weights(given, weights))
            self._say(name, X, began)
        return self

    def _fit_all_but_last(self, X, y, weights, params):
        """Leave `_resampled` too: what `score` refuses."""
        fit_step = check_memory(self.memory).cache(_fit_step)
        table, is_table, self._resampled = X, True, None
        for position, (name, step) in enumerate(self.steps[:-1]):
            if step is None or step == "passthrough":
                continue
            began = time.monotonic()
            is_sampler = hasattr(step, "fit_resample")
            if is_sampler:
                _refuse_weights_of_one_step(self.steps[position + 1 :], params)
            step = step if self.memory is None else clone(step)
            X, y, weights, fitted = fit_step(step, X, y, weights, params[name])
            self.steps[position] = name, fitted
            is_table = is_table and is_sampler
            if is_table:
                self._resampled = ResampledRows(table, X)
            self._say(name, X, began)
        return X, y, weights

    @available_if(_has_no_sampler)
    def fit_transform(self, X, y=None, **params):
        """Fit all steps and transform with the last; only without samplers.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,), default=None
            Labels.
        **params : dict
            As in `fit`.

        Returns
        -------
        {ndarray, sparse matrix, DataFrame} of shape (n_samples, n_features_out)
            The transformed rows.
        """
        return super().fit_transform(X, y, **params)

    @available_if(_has_no_sampler)
    def fit_predict(self, X, y=None, **params):
        """Fit all steps and predict with the last; only without samplers.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,), default=None
            Labels.
        **params : dict
            As in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            The predictions.
        """
        return super().fit_predict(X, y, **params)

    @available_if(_last_step_has("score"))
    def score(self, X, y=None, sample_weight=None, **params):
        """Score rows as they are; samplers are passed by.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, none of which a sampler made in `fit`.
        y : array-like of shape (n_samples,), default=None
            Labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.
        **params : dict
            What the last step requests, with metadata routing enabled.

        Returns
        -------
        float
            What the last step says: as a rule, accuracy.

        Raises
        ------
        ValueError
            If rows that a sampler made are among them, or if they are the resampled
            table of `fit`.
        """
        resampled = getattr(self, "_resampled", None)
        reason = resampled.why_not_score(X) if resampled else None
        if reason:
            raise ValueError(
                f"A score of resampled rows says nothing about the table: {reason}. "
                "Score rows as they were before fit, best such as it has not seen."
            )
        return super().score(X, y, sample_weight=sample_weight, **params)

    def _has_sampler(self):
        return any(hasattr(step, "fit_resample") for _, step in self.steps)

    def _refuse_sampler_at_the_end(self):
        last = self.steps[-1][1]
        if hasattr(last, "fit_resample"):
            raise TypeError(
                f"The pipeline ends in a sampler, {last!r}: there is nothing behind it "
                "to fit and to score. Put a classifier at the end, or call "
                "fit_resample to look at the resampled rows."
            )

    def _params_of_steps(self, sample_weight, params):
        """Fit parameters by step and method."""
        if _is_routing():
            given = {} if sample_weight is None else {"sample_weight": sample_weight}
            routed = process_routing(self, "fit", **given, **params)
            return {name: routed[name] for name, _ in self.steps if name in routed}
        of_steps = {name: {} for name, _ in self.steps}
        for key, value in params.items():
            name, _, parameter = key.partition("__")
            if not parameter or name not in of_steps:
                raise ValueError(
                    f"Pipeline.fit does not know the parameter {key!r}. Write "
                    f"step__parameter; the steps are {list(of_steps)}."
                )
            of_steps[name][parameter] = value
        return {
            name: {"fit": given, "fit_transform": given, "fit_resample": given}
            for name, given in of_steps.items()
        }

    def _say(self, name, X, began):
        if self.verbose:
            seconds = time.monotonic() - began
            sys.stdout.write(f"{name}: {num_samples(X)} rows  {seconds:.1f} s\n")
            sys.stdout.flush()


def make_pipeline(*steps, memory=None, transform_input=None, verbose=False):
    """Make a :class:`Pipeline` of steps without giving them names.

    It fits on resampled rows and scores rows as they were: see the notes on
    :class:`Pipeline` for what it refuses.

    Parameters
    ----------
    *steps : estimators
        Transformers and samplers, then the estimator. Each is named by its type, in
        lower case.
    memory : str or object with the joblib.Memory interface, default=None
        Caches fitted steps.
    transform_input : list of str, default=None
        As in :func:`sklearn.pipeline.make_pipeline`.
    verbose : bool, default=False
        Whether to write the seconds and rows of each step.

    Returns
    -------
    Pipeline
        The pipeline.

    See Also
    --------
    imblearn.pipeline.make_pipeline : The same without the refusals.

    Examples
    --------
    >>> from imblearn.under_sampling import RandomUnderSampler
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_featrix import LabeledOnly, LabeledSplit, mask_labels
    >>> from sklearn_featrix.sampling import LabeledSampler, make_pipeline
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=60, random_state=0)
    >>> model = make_pipeline(
    ...     StandardScaler(),  # learns from all rows
    ...     LabeledSampler(RandomUnderSampler(random_state=0)),
    ...     LabeledOnly(LogisticRegression()),
    ... )
    >>> scores = cross_val_score(model, X, y_few, cv=LabeledSplit(3))
    >>> bool(scores.mean() > 0.85)
    True
    """
    return Pipeline(
        make_plain_pipeline(*steps).steps,
        memory=memory,
        transform_input=transform_input,
        verbose=verbose,
    )


def _is_routing():
    return get_config()["enable_metadata_routing"]


def _fit_step(step, X, y, weights, params):
    """Fit a transformer or sampler; gives rows, labels, weights and the fitted step."""
    if hasattr(step, "fit_resample"):
        params = _with_weights(params["fit_resample"], weights)
        takes = "sample_weight" in signature(step.fit_resample).parameters
        if weights is not None and takes:
            params = {**params, "sample_weight": weights}
        X, y = step.fit_resample(X, y, **params)[:2]
        return X, y, _weights_after(step, weights), step
    if hasattr(step, "fit_transform"):
        given = _with_weights(params["fit_transform"], weights)
        return step.fit_transform(X, y, **given), y, weights, step
    step.fit(X, y, **_with_weights(params["fit"], weights))
    return step.transform(X, **params.get("transform", {})), y, weights, step


def _with_weights(params, weights):
    """Put weights that followed the rows in place of those that were given."""
    if weights is None or "sample_weight" not in params:
        return params
    return {**params, "sample_weight": weights}


def _weights_after(sampler, weights):
    if weights is None:
        return None
    followed = getattr(sampler, "sample_weight_", None)
    if followed is not None:
        return followed
    indices = getattr(sampler, "sample_indices_", None)
    if indices is None:
        raise ValueError(
            f"{sampler!r} does not tell where its rows come from, so that nobody knows "
            "what they weigh. Put it in a LabeledSampler."
        )
    return np.asarray(weights)[indices]


def _refuse_weights_of_one_step(steps, params):
    """Weights given to a step behind a sampler would be those of other rows."""
    if _is_routing():
        return
    for name, _ in steps:
        if "sample_weight" in params[name]["fit"]:
            raise ValueError(
                f"{name}__sample_weight has the weights of the rows before they are "
                "resampled. Pass sample_weight instead, which follows the rows."
            )
