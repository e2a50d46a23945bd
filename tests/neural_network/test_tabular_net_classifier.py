import pickle
import warnings
from itertools import count

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_featrix import EmbeddingTransformer, TabularNetClassifier
from sklearn_featrix.exceptions import TrainingInterruptedWarning
from sklearn_featrix.losses import FocalLoss
from sklearn_featrix.neural_network import _training_run

N_ROWS = 240
EMBEDDING = EmbeddingTransformer("denoising", effort="low", max_steps=3)


def quick(**parameters):
    return TabularNetClassifier(
        **{
            "embedding": None,
            "early_stopping": False,
            "max_epochs": 5,
            "batch_size": 32,
            "n_members": 1,
            "learning_rate": 3e-3,
            "random_state": 0,
            **parameters,
        }
    )


def stopping(**parameters):
    return quick(
        **{
            "early_stopping": True,
            "max_epochs": 30,
            "n_iter_no_change": 2,
            **parameters,
        }
    )


@pytest.fixture(scope="module")
def data():
    """A rare class of a fifth of the rows; a third of the labels hidden."""
    X, y = make_classification(
        N_ROWS, 4, n_redundant=0, n_informative=3, weights=[0.8], flip_y=0,
        class_sep=1.5, random_state=0,
    )  # fmt: skip
    return X, y, np.where(np.arange(N_ROWS) % 3 == 0, -1, y)


@pytest.fixture(scope="module")
def pretrained(data):
    return clone(EMBEDDING).set_params(random_state=0).fit(data[0])


class TestEmbedding:
    @pytest.mark.parametrize("embedding", [EMBEDDING, None], ids=["given", "none"])
    def test_learns(self, data, embedding):
        X, y, y_partial = data
        model = quick(embedding=embedding, max_epochs=20).fit(X, y_partial)
        assert model.score(X, y) > 0.93
        assert model.n_labeled_ == 160
        assert (model.embedding_ is None) == (embedding is None)

    def test_learns_from_unlabeled_rows_too(self, data, pretrained):
        X, _, y = data
        model = quick(embedding=clone(pretrained)).fit(X, y)
        np.testing.assert_array_equal(
            model.embedding_._network.layers[0][0], pretrained._network.layers[0][0]
        )

    def test_a_fitted_one_is_taken_as_it_is(self, data, pretrained):
        X, _, y = data
        model = quick(embedding=FrozenEstimator(pretrained)).fit(X, y)
        assert model.embedding_ is pretrained
        assert model.encoder_ is pretrained.encoder_

    def test_a_given_one_is_not_touched(self, data):
        embedding = clone(EMBEDDING)
        quick(embedding=embedding, max_epochs=1).fit(*data[::2])
        assert not hasattr(embedding, "encoder_")
        assert embedding.random_state is None

    def test_another_transformer_is_refused(self, data):
        with pytest.raises(TypeError, match=r"got StandardScaler\(\).*in a Pipeline"):
            quick(embedding=StandardScaler()).fit(*data[::2])

    def test_principal_components_are_refused(self, data):
        embedding = clone(EMBEDDING).set_params(n_components=3)
        with pytest.raises(ValueError, match=r"n_components=3.*all hidden units"):
            quick(embedding=embedding).fit(*data[::2])


class TestFineTuning:
    @pytest.mark.parametrize(
        ("fine_tuning", "moved"),
        [("frozen", [0, 0, 0]), ("last", [0, 0, 1]), ("full", [1, 1, 1])],
    )
    def test_trains_what_it_says(self, data, pretrained, fine_tuning, moved):
        X, _, y = data
        model = quick(
            embedding=FrozenEstimator(pretrained), fine_tuning=fine_tuning, max_epochs=2
        ).fit(X, y)
        arrays = model._networks[0].arrays
        for i, (weight, _) in enumerate(pretrained._network.layers):
            own = arrays[f"encoder.layers.{i}.weight"][:, : weight.shape[1]]
            assert (own != weight).any() == moved[i]
        assert (arrays["head.weight"] != 0).any()

    def test_frozen_features_give_what_the_whole_network_gives(self, data, pretrained):
        """The probabilities of the shortcut are those of the module."""
        X, _, y = data
        model = quick(embedding=FrozenEstimator(pretrained), fine_tuning="frozen").fit(
            X, y
        )
        module = model._networks[0]._module()
        with torch.no_grad():
            encoded = torch.from_numpy(model.encoder_._encode(X, "linear"))
            expected = module(encoded).softmax(dim=1)
        np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-5)

    def test_all_of_a_network_without_embedding_learns(self, data):
        X, _, y = data
        few, more = (
            quick(fine_tuning="frozen", max_epochs=n).fit(X, y)._networks[0].arrays
            for n in (1, 2)
        )
        assert (few["encoder.layers.0.weight"] != more["encoder.layers.0.weight"]).any()


class TestLosses:
    @pytest.mark.parametrize(
        "loss", ["focal", "class_balanced", FocalLoss(1), torch.nn.CrossEntropyLoss()]
    )
    def test_learn(self, data, loss):
        X, y, y_partial = data
        model = quick(loss=loss, max_epochs=20).fit(X, y_partial)
        assert model.score(X, y) > 0.9

    def test_costs_shift_the_answers(self, data):
        X, _, y = data
        cheap, dear = (
            quick(loss="cost_sensitive", max_epochs=20)
            .set_params(loss__cost_matrix=[[0, 1], [cost, 0]])
            .fit(X, y)
            .predict(X)
            .mean()
            for cost in (1, 30)
        )
        assert dear > 1.5 * cheap

    @pytest.mark.parametrize("softer", [{"mixup": 2.0}, {"label_smoothing": 0.3}])
    def test_mixing_and_smoothing_make_less_sure(self, data, softer):
        X, _, y = data
        sure, less = (
            quick(max_epochs=20, **settings).fit(X, y).predict_proba(X).max(axis=1)
            for settings in ({}, softer)
        )
        assert less.mean() < sure.mean() - 0.03

    def test_parameters_are_set_by_name(self, data):
        model = quick(loss="focal").set_params(loss__gamma=1.0)
        assert model.get_params()["loss__gamma"] == 1.0
        assert isinstance(model.loss, FocalLoss)
        model.set_params(loss__gamma=3.0)
        assert clone(model).loss.gamma == 3.0
        with pytest.raises(ValueError, match="gama"):
            quick(loss="focal").set_params(loss__gama=1.0)

    def test_a_class_or_a_parameter_that_is_not_there_is_refused(self, data):
        with pytest.raises(TypeError, match="the class FocalLoss"):
            quick(loss=FocalLoss).fit(*data[:2])
        with pytest.raises(ValueError, match="Cannot set 'loss__gamma'"):
            quick(loss=torch.nn.CrossEntropyLoss()).set_params(loss__gamma=1)

    def test_parameters_are_searched(self, data):
        X, _, y = data
        grid = [
            {"loss": ["cross_entropy"]},
            {"loss": ["focal"], "loss__gamma": [0.5, 2.0]},
        ]
        search = GridSearchCV(quick(max_epochs=2), grid, cv=2, error_score="raise")
        search.fit(X, y)
        assert len(search.cv_results_["params"]) == 3
        pipeline = make_pipeline(quick(loss="focal"))
        pipeline.set_params(tabularnetclassifier__loss__gamma=0.5)
        assert pipeline[-1].loss.gamma == 0.5


class TestWeights:
    def test_a_weight_of_two_is_a_second_copy(self, data):
        X, _, y = data
        weights = np.where(np.arange(N_ROWS) % 2, 2.0, 1.0)
        rows = np.repeat(np.arange(N_ROWS), weights.astype(int))
        weighted = stopping().fit(X, y, sample_weight=weights)
        copied = stopping().fit(X[rows], y[rows])
        np.testing.assert_allclose(
            weighted.predict_proba(X), copied.predict_proba(X), atol=1e-9
        )

    def test_rows_of_weight_zero_are_not_there(self, data):
        X, _, y = data
        kept = np.arange(N_ROWS) % 4 > 0
        weighted = quick(embedding=EMBEDDING).fit(X, y, sample_weight=kept)
        fewer = quick(embedding=EMBEDDING).fit(X[kept], y[kept])
        np.testing.assert_array_equal(weighted.predict_proba(X), fewer.predict_proba(X))

    def test_class_weights_multiply_sample_weights(self, data):
        X, _, y = data
        by_class = quick(class_weight={0: 1, 1: 1.3}).fit(X, y)
        by_row = quick().fit(X, y, sample_weight=np.where(y == 1, 1.3, 1.0))
        np.testing.assert_allclose(
            by_class.predict_proba(X), by_row.predict_proba(X), atol=1e-6
        )

    @pytest.mark.parametrize(
        "parameters",
        [
            {"class_weight": "balanced"},
            {"batch_sampling": "balanced"},
            {"batch_sampling": "dynamic"},
            {"loss": "class_balanced"},
        ],
    )
    def test_balancing_makes_the_rare_class_likelier(self, data, parameters):
        X, _, y = data
        plain, balanced = (
            quick(**own).fit(X, y).predict_proba(X)[:, 1].mean()
            for own in ({}, parameters)
        )
        assert balanced > 1.3 * plain


class TestEarlyStopping:
    def test_the_best_weights_are_kept(self, data):
        X, _, y = data
        model = stopping().fit(X, y)
        losses = [record["validation_loss"] for record in model.history_]
        (best,) = model.best_epochs_
        assert best == np.argmin(losses) + 1
        assert model.n_iter_ == len(losses) == best + 2
        again = stopping(early_stopping=True, max_epochs=best, n_iter_no_change=99)
        with pytest.warns(ConvergenceWarning):
            again.fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), again.predict_proba(X))

    def test_auto_holds_out_from_40_rows_on(self, data):
        X, y, _ = data
        for n_rows, held_out in ((39, False), (40, True)):
            model = stopping(early_stopping="auto").fit(X[:n_rows], y[:n_rows])
            assert ("validation_loss" in model.history_[0]) == held_out

    def test_no_copy_of_a_held_out_row_is_trained_on(self, data, monkeypatch):
        seen = []
        watch = _training_run.NetworkTraining._watch

        def spy(self, trained, criterion, inputs, held_out, sampling):
            seen.append(
                [set(map(tuple, inputs[m].tolist())) for m in (held_out, ~held_out)]
            )
            return watch(self, trained, criterion, inputs, held_out, sampling)

        monkeypatch.setattr(_training_run.NetworkTraining, "_watch", spy)
        X, y, _ = data
        copies = np.repeat(np.arange(60), np.where(np.arange(60) % 5, 1, 4))
        quick(batch_sampling="dynamic", max_epochs=1).fit(X[copies], y[copies])
        held_out, trained_on = seen[0]
        assert len(held_out) > 5
        assert not held_out & trained_on

    @pytest.mark.parametrize("class_weight", [None, {0: 1.0, 1: 3.0}])
    def test_held_out_rows_are_judged_as_balanced_batches_are(
        self, data, monkeypatch, class_weight
    ):
        tables = []

        class Spy(_training_run.HeldOutRows):
            def __init__(self, module, criterion, table, *others):
                super().__init__(module, criterion, table, *others)
                tables.append(table)

        monkeypatch.setattr(_training_run, "HeldOutRows", Spy)
        quick(batch_sampling="dynamic", class_weight=class_weight, max_epochs=1).fit(
            *data[:2]
        )
        of_class = torch.bincount(tables[0].codes, tables[0].weights)
        ratio = 1 if class_weight is None else 3
        assert float(of_class[1] / of_class[0]) == pytest.approx(ratio)

    def test_few_rows_are_not_learnt_by_heart(self, data):
        X, y, _ = data
        few = stopping(early_stopping="auto", max_epochs=50).fit(X[:39], y[:39])
        asked = stopping(early_stopping=False, max_epochs=50).fit(X[:39], y[:39])
        assert (few.n_iter_, asked.n_iter_) == (20, 50)

    def test_a_loss_that_still_falls_is_reported_by_name(self, data):
        with pytest.warns(
            ConvergenceWarning, match="TabularNetClassifier: in 2 of 2.*max_epochs=2"
        ):
            stopping(max_epochs=2, n_members=2).fit(*data[::2])

    def test_all_epochs_without_it(self, data):
        model = quick(max_epochs=4).fit(*data[::2])
        assert (model.n_iter_, model.best_epochs_) == (4, [4])
        assert [record["epoch"] for record in model.history_] == [1, 2, 3, 4]

    def test_no_row_to_hold_out_is_an_error(self):
        X = np.arange(8.0).reshape(4, 2)
        with pytest.raises(ValueError, match="4 labelled rows holds out none"):
            quick(early_stopping=True).fit(X, [0, 1, 0, 1])

    def test_dynamic_shares_are_recorded(self, data):
        model = quick(batch_sampling="dynamic", max_epochs=3).fit(*data[::2])
        shares = [record["class_shares"] for record in model.history_]
        assert shares[0] == [0.5, 0.5]
        need = 1 - np.array(model.history_[0]["validation_f1"])
        assert shares[1] == pytest.approx((need / need.sum()).tolist(), rel=1e-5)


class TestMembers:
    def test_probabilities_are_averaged(self, data):
        X, _, y = data
        model = stopping(n_members=3).fit(X, y)
        encoded = model.encoder_._encode(X, "linear")
        each = [
            network.predict_proba(encoded, torch.device("cpu"))
            for network in model._networks
        ]
        assert np.ptp(each, axis=0).max() > 1e-3
        np.testing.assert_allclose(model.predict_proba(X), np.mean(each, axis=0))
        assert {record["member"] for record in model.history_} == {0, 1, 2}
        assert len(model.best_epochs_) == 3


def interrupt_at(batch, monkeypatch):
    """Press Ctrl-C while the batch of this number is made."""
    make_batch = _training_run.LabeledBatches.make_batch
    numbers = count()

    def interrupted(self, rows, generator):
        if next(numbers) == batch:
            raise KeyboardInterrupt
        return make_batch(self, rows, generator)

    monkeypatch.setattr(_training_run.LabeledBatches, "make_batch", interrupted)


class TestStopping:
    def test_a_time_limit_leaves_a_usable_classifier(self, data):
        X, _, y = data
        with pytest.warns(TrainingInterruptedWarning) as caught:
            model = quick(embedding=EMBEDDING, n_members=3, time_limit=1e-3).fit(X, y)
        messages = [str(warning.message) for warning in caught]
        assert any("1 of n_members=3 were trained" in text for text in messages)
        assert any("a longer time_limit" in text for text in messages)
        assert model.predict_proba(X).shape == (N_ROWS, 2)
        assert model.n_iter_ == 1

    def test_a_limit_that_is_not_reached_is_no_news(self, data):
        with warnings.catch_warnings(action="error"):
            model = quick(time_limit=600).fit(*data[::2])
        assert model.n_iter_ == 5

    def test_an_interrupt_leaves_a_usable_classifier(self, data, monkeypatch):
        X, _, y = data
        interrupt_at(20, monkeypatch)
        model = quick(max_epochs=50, n_members=2)
        with pytest.warns(TrainingInterruptedWarning) as caught:
            model.fit(X, y)
        assert "after 20 of 250 steps: it was interrupted" in str(caught[0].message)
        assert "1 of n_members=2" in str(caught[1].message)
        assert model.score(X, y) > 0.8

    @pytest.mark.parametrize("batch", [10, 14], ids=["at its begin", "within"])
    def test_an_interrupted_later_member_is_left_out(self, data, monkeypatch, batch):
        X, _, y = data
        first = quick(max_epochs=2).fit(X, y)
        interrupt_at(batch, monkeypatch)
        with pytest.warns(TrainingInterruptedWarning) as caught:
            model = quick(max_epochs=2, n_members=2).fit(X, y)
        assert "1 of n_members=2" in str(caught[-1].message)
        np.testing.assert_array_equal(model.predict_proba(X), first.predict_proba(X))

    def test_an_interrupt_before_the_first_step_is_passed_on(self, data, monkeypatch):
        interrupt_at(0, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            quick().fit(*data[::2])

    def test_divergence_is_an_error_that_says_what_to_do(self, data):
        with pytest.raises(ValueError, match=r"diverged.*lower learning_rate.*1e\+20"):
            quick(learning_rate=1e20).fit(*data[::2])


class TestFitted:
    def test_the_same_seed_gives_the_same_bits(self, data):
        X, _, y = data
        models = [
            stopping(embedding=EMBEDDING, mixup=0.2, n_members=2, random_state=seed)
            .fit(X, y)
            .predict_proba(X)
            for seed in (0, 0, 1)
        ]
        np.testing.assert_array_equal(models[0], models[1])
        assert (models[0] != models[2]).any()

    def test_the_order_of_the_rows_has_no_part(self, data):
        X, _, y = data
        order = np.random.RandomState(1).permutation(N_ROWS)
        one, other = (
            stopping(batch_sampling="dynamic").fit(X[rows], y[rows]).predict_proba(X)
            for rows in (slice(None), order)
        )
        np.testing.assert_array_equal(one, other)

    def test_a_row_does_not_depend_on_its_company(self, data, monkeypatch):
        X, _, y = data
        model = quick().fit(X, y)
        together = model.predict_proba(X)
        np.testing.assert_array_equal(model.predict_proba(X[7:9]), together[7:9])
        monkeypatch.setattr(
            "sklearn_featrix.neural_network._tabular_net_classifier.PREDICT_BATCH", 100
        )
        np.testing.assert_array_equal(model.predict_proba(X), together)

    def test_pickles_hold_arrays_only(self, data, pretrained):
        X, _, y = data
        model = quick(embedding=FrozenEstimator(pretrained)).fit(X, y)
        content = pickle.dumps(model)
        assert b"torch" not in content
        assert len(content) < 800_000
        revived = pickle.loads(content)
        np.testing.assert_array_equal(revived.predict_proba(X), model.predict_proba(X))

    def test_a_failed_fit_leaves_the_former_one(self, data):
        X, _, y = data
        model = quick().fit(X, y)
        before = model.predict_proba(X)
        with pytest.raises(ValueError, match="diverged"):
            model.set_params(learning_rate=1e20).fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), before)

    def test_a_table_of_categories_works(self):
        rng = np.random.RandomState(0)
        X = pd.DataFrame({"a": rng.choice(["x", "y", "z"], 200), "b": rng.rand(200)})
        X.loc[::5, "b"] = np.nan
        y = (X["a"] == "x").to_numpy()
        model = quick(max_epochs=30).fit(X, y)
        assert model.score(X, y) > 0.95

    def test_progress_is_shown_on_request(self, data, capsys):
        stopping().fit(*data[::2])
        assert capsys.readouterr().out == ""
        stopping(verbose=1).fit(*data[::2])
        assert "held out" in capsys.readouterr().out
