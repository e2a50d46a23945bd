"""Parameters of a loss that is given by name: ``loss__gamma`` and the like."""

from __future__ import annotations

__all__ = ["LOSS_PARAMETERS", "LossParametersMixin"]

PREFIX = "loss__"
LOSS_PARAMETERS = {
    "cross_entropy": {},
    "focal": {"gamma": 2.0, "alpha": None},
    "class_balanced": {"beta": 0.999, "gamma": 0.0},
    "cost_sensitive": {"cost_matrix": None},
}


class LossParametersMixin:
    """Read and write `loss_params` by ``loss__`` names, as searches do.

    Comes before :class:`~sklearn.base.BaseEstimator`, and has the parameters `loss` and
    `loss_params`.
    """

    def get_params(self, deep=True):
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include those of the loss, as ``loss__gamma``, and of the
            embedding.

        Returns
        -------
        dict
            Values by name.
        """
        params = super().get_params(deep=deep)
        if deep:
            # what makes no sense is refused by fit, not here
            usual = LOSS_PARAMETERS.get(_as_name(self.loss), {})
            own = self.loss_params if isinstance(self.loss_params, dict) else {}
            given = {**usual, **own}
            params.update({PREFIX + name: value for name, value in given.items()})
        return params

    def set_params(self, **params):
        """Set parameters.

        Parameters
        ----------
        **params : dict
            Values by name; ``loss__gamma`` is the entry "gamma" of `loss_params`.

        Returns
        -------
        self : estimator
            The estimator.

        Raises
        ------
        ValueError
            If there is no such parameter.
        """
        of_loss = {
            name.removeprefix(PREFIX): params.pop(name)
            for name in list(params)
            if name.startswith(PREFIX)
        }
        super().set_params(**params)
        if of_loss:
            known = set().union(*LOSS_PARAMETERS.values())
            self._refuse_unknown(of_loss, known, "any loss")
            self.loss_params = {**(self.loss_params or {}), **of_loss}
        return self

    def _checked_loss_parameters(self):
        """Parameters given to the loss, if they are its own."""
        given = dict(self.loss_params or {})
        if not isinstance(self.loss, str):
            if given:
                raise ValueError(
                    f"loss_params={given} belong to a loss that is given by name; loss "
                    "is a criterion, which has its own. Pass another criterion."
                )
            return {}
        known = LOSS_PARAMETERS[self.loss]
        self._refuse_unknown(given, known, f"loss={self.loss!r}")
        return given

    def _refuse_unknown(self, given, known, owner):
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise ValueError(
                f"Invalid parameter {PREFIX + unknown[0]!r} for "
                f"{type(self).__name__}: parameters of {owner} are "
                f"{sorted(PREFIX + name for name in known)}."
            )


def _as_name(loss):
    return loss if isinstance(loss, str) else None
