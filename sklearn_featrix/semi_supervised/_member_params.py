"""Parameters of members, of the embedding and of the loss, by name."""

from __future__ import annotations

from ..losses._names import with_criterion
from ..utils._compat import NamedEstimatorsMixin
from ._default_members import BY_NAME

__all__ = ["MemberParamsMixin"]


class MemberParamsMixin(NamedEstimatorsMixin):
    """`get_params` and `set_params` that reach into `members` and `loss`."""

    def get_params(self, deep=True):
        """Get the parameters, those of `members` as ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of the embedding and the members.

        Returns
        -------
        dict
            Parameter names and values.
        """
        return self._get_params("_named_members", deep=deep)

    def set_params(self, **params):
        """Set parameters, those of `members` as ``name__parameter``.

        Parameters
        ----------
        **params : dict
            Parameter names and values.

        Returns
        -------
        SemiSupervisedClassifier
            Itself.

        Raises
        ------
        ValueError
            If a parameter of the default embedding or of a default member is named:
            these are made in `fit` only.
        """
        params = with_criterion(params, self.loss)
        self._refuse_parameters_of_defaults(params)
        self._set_params("_named_members", **params)
        return self

    def _refuse_parameters_of_defaults(self, params):
        given = {**self.get_params(deep=False), **params}
        for name in params:
            owner, _, parameter = name.partition("__")
            if not parameter:
                continue
            if owner == "embedding" and isinstance(given["embedding"], str):
                raise ValueError(
                    f"Cannot set {name!r}: the default embedding is made in fit. Pass "
                    "embedding=EmbeddingTransformer() first."
                )
            members = given["members"]
            by_name = BY_NAME if members is None else members
            if owner in by_name:
                raise ValueError(
                    f"Cannot set {name!r}: the default members are made in fit. Pass "
                    "members=[(name, estimator, space), ...] first."
                )

    @property
    def _named_members(self):
        if not isinstance(self.members, list):  # None, or malformed: fit will say so
            return self.members
        return [member[:2] for member in self.members if isinstance(member, tuple)]

    @_named_members.setter
    def _named_members(self, named):
        estimators = dict(named)
        self.members = [
            (member[0], estimators[member[0]], *member[2:])
            if isinstance(member, tuple)
            else member
            for member in self.members
        ]
