"""The network, its training and its file. Skipped where JAX is not installed."""

import importlib.util
import json
import unittest
from pathlib import Path

import numpy as np

if importlib.util.find_spec("jax") is None:
    raise unittest.SkipTest("JAX is not installed: training/train.sh installs it")

import onnx

from ..anchor import base_scale
from ..baselines import scaled_quantiles
from ..candles import CandleFile
from ..dataset import horizon_steps, windows_of
from ..evaluation import judge, verdict
from ..experiment import control_experiments, fitter
from ..metadata import CONTRACT_KEY, TEST_WINDOW_KEY, answered_window, as_text, contract
from ..network import Shape, evaluate, initial_bias, initial_parameters
from ..onnx_export import build_model, output_sizes
from ..parity import require_parity, run_file
from ..settings import STEPS
from ..simulation import random_walk
from ..splits import walk_forward
from ..study import run, walk
from ..training_loop import Fitted, fit
from ..vectors import outputs_of

PACKAGE = Path(__file__).resolve().parent.parent
SHAPES = [Shape(horizon_steps(1), patched) for patched in (True, False)]
FILE = random_walk(1_500, 1, 0.001, seed=21)
WINDOWS = windows_of([FILE])


def stirred(shape: Shape, seed: int) -> Fitted:
    """A network whose head says something, without training."""
    random = np.random.default_rng(seed)
    quantiles = np.tile([-1.6, -0.6, 0.0, 0.6, 1.6], (3, 1))
    parameters = initial_parameters(shape, initial_bias(quantiles, np.tile([0.6, 1.7], (3, 1))), seed)
    head = random.normal(0, 0.02, parameters["head"].shape).astype(np.float32)
    return Fitted(parameters | {"head": head}, shape, 0)


def file_of(fitted: Fitted, metadata: dict[str, str] | None = None) -> bytes:
    parameters = {name: np.asarray(value) for name, value in fitted.parameters.items()}
    return build_model(parameters, fitted.shape, metadata or {}).SerializeToString(deterministic=True)


class NetworkTest(unittest.TestCase):
    def test_training_starts_as_the_anchor_times_the_quantiles_of_its_training_part(self) -> None:
        scale = base_scale(WINDOWS.features)
        expected = scaled_quantiles(WINDOWS, scale, scale)
        one = scaled_quantiles(WINDOWS, scale, np.ones(1))
        roots = np.sqrt(horizon_steps(1))[:, None]
        for shape in SHAPES:
            parameters = initial_parameters(shape, initial_bias(one.quantiles[0] / roots, one.rises[0] / roots), 1)
            found = Fitted(parameters, shape, 0).predict(WINDOWS.features)
            np.testing.assert_allclose(found.quantiles, expected.quantiles, rtol=1e-3, atol=1e-7)
            np.testing.assert_allclose(found.falls, expected.falls, rtol=1e-3, atol=1e-7)

    def test_quantiles_never_cross_and_excursions_are_never_below_zero(self) -> None:
        for shape in SHAPES:
            predicted = stirred(shape, 3).predict(
                WINDOWS.features * np.random.default_rng(3).normal(1, 3, (len(WINDOWS), 1, 1))
            )
            self.assertTrue((np.diff(predicted.quantiles, axis=2) >= 0).all())
            for moves in (predicted.rises, predicted.falls):
                self.assertTrue((moves >= 0).all() and (np.diff(moves, axis=2) >= 0).all())

    def test_predictions_grow_with_the_prices_volatility(self) -> None:
        wider = WINDOWS.features[:50].copy()
        wider[:, :, :3] *= 3
        for shape in SHAPES:
            fitted = stirred(shape, 4)
            np.testing.assert_allclose(
                fitted.predict(wider).quantiles,
                3 * fitted.predict(WINDOWS.features[:50]).quantiles,
                rtol=1e-3,
                atol=1e-7,
            )

    def test_a_window_without_movement_gives_finite_numbers(self) -> None:
        for shape in SHAPES:
            outputs = evaluate(stirred(shape, 5).parameters, shape, np.zeros((2, STEPS, 4), np.float32))
            self.assertTrue(all(np.isfinite(values).all() for values in outputs.values()))

    def test_the_same_seed_gives_the_same_bits(self) -> None:
        half = np.arange(len(WINDOWS) // 2)
        training, validation = WINDOWS.take(half), WINDOWS.take(half + len(half))
        for shape in SHAPES:
            first, second, other = (fit(shape, training, validation, seed) for seed in (6, 6, 7))
            self.assertEqual(file_of(first), file_of(second))
            if first.epoch and other.epoch:
                self.assertNotEqual(file_of(first), file_of(other))

    def test_a_head_learns_what_the_anchor_cannot_know(self) -> None:
        values, tail = FILE.values.copy(), 0.004
        # Volume tells of the next candles' volatility; returns do not.
        random = np.random.default_rng(8)
        wild = np.repeat(random.integers(0, 2, len(values) // 5), 5).astype(bool)
        moves = random.normal(0, np.where(wild, tail, tail / 8))
        values[:, 3] = 100 * np.exp(np.cumsum(moves))
        values[:, 0] = np.concatenate([[100], values[:-1, 3]])
        values[:, 1], values[:, 2] = np.maximum(values[:, 0], values[:, 3]), np.minimum(values[:, 0], values[:, 3])
        values[:, 4] = np.where(np.roll(wild, -5), 50.0, 1.0)
        windows = windows_of([CandleFile("TOLD.csv", FILE.open_time_ms, values, 1)])
        half = np.arange(len(windows) // 2)
        fitted = fit(SHAPES[1], windows.take(half), windows.take(half + len(half)), 9)
        self.assertGreater(fitted.epoch, 1)

    def test_a_control_of_too_few_candles_is_left_out_and_named(self) -> None:
        told: list[str] = []
        short = random_walk(400, 5, 0.001, seed=21)
        self.assertEqual(control_experiments({5: [short]}, told.append), [])
        self.assertIn("control, 5-minute candles, left out: ", told[-1])

    def test_no_skill_of_the_head_is_found_on_a_random_walk(self) -> None:
        windows = windows_of([random_walk(4_000, 1, 0.0008, seed=11)])
        splits = walk_forward(windows)
        figures = judge(walk(windows, splits), run(windows, splits, fitter(SHAPES[1]), 1))
        self.assertEqual(verdict(figures), dict.fromkeys(["spread", "excursions", "direction", "pays"], "none"))


class FileTest(unittest.TestCase):
    def test_the_file_answers_as_the_network_does_alone_and_in_a_batch(self) -> None:
        for shape in SHAPES:
            fitted = stirred(shape, 10)
            content = file_of(fitted)
            features = WINDOWS.features[:300]
            answers = run_file(content, features)
            require_parity(answers, outputs_of(fitted, features))
            alone = run_file(content, features[7:8])
            require_parity(alone, {name: values[7:8] for name, values in answers.items()})

    def test_every_output_is_there_with_its_shape(self) -> None:
        answers = run_file(file_of(stirred(SHAPES[0], 11)), WINDOWS.features[:2])
        self.assertEqual({name: list(values.shape[1:]) for name, values in answers.items()}, output_sizes())

    def test_a_file_that_answers_otherwise_is_refused(self) -> None:
        fitted, other = stirred(SHAPES[0], 12), stirred(SHAPES[0], 13)
        features = WINDOWS.features[:10]
        with self.assertRaisesRegex(ValueError, "differs from the network's"):
            require_parity(run_file(file_of(other), features), outputs_of(fitted, features))

    def test_damaged_weights_show_in_the_window_inside_the_file(self) -> None:
        fitted = stirred(SHAPES[0], 14)
        damaged = Fitted(
            fitted.parameters | {"position": fitted.parameters["position"].at[0, 0].set(np.nan)}, fitted.shape, 0
        )
        window = WINDOWS.features[:1]
        with self.assertRaises(ValueError):
            require_parity(run_file(file_of(damaged), window), outputs_of(fitted, window))

    def test_the_metadata_are_inside_and_name_no_path(self) -> None:
        fitted = stirred(SHAPES[1], 15)
        window = WINDOWS.features[:1]
        metadata = {
            CONTRACT_KEY: as_text(contract("a-model", False, [FILE], WINDOWS, 0.0003, {"pays": "none"})),
            TEST_WINDOW_KEY: as_text(answered_window(window, outputs_of(fitted, window))),
        }
        content = file_of(fitted, metadata)
        self.assertFalse(str(PACKAGE).encode() in content)
        graph = onnx.load_from_string(content).graph
        told_of_machine = [one.name for one in [graph, *graph.node] if one.doc_string or one.metadata_props]
        self.assertEqual(told_of_machine, [])
        told = json.loads(metadata[CONTRACT_KEY])
        self.assertEqual([one["name"] for one in told["outputs"]], list(output_sizes()))
        self.assertEqual(told["input"]["candlesNeeded"], STEPS + 1)
        answered = json.loads(metadata[TEST_WINDOW_KEY])
        stored = np.array(answered["features"], np.float32).reshape(1, STEPS, 4)
        answers = run_file(content, stored)
        for name, values in answered["outputs"].items():
            np.testing.assert_allclose(answers[name].ravel(), values, atol=1e-7)


if __name__ == "__main__":
    unittest.main()
