"""Checks of the training code: `python -m unittest` in this folder."""

import unittest

import numpy as np

from features import mirrored, window_features, windows_and_returns
from network import Shape, backward, forward, initial_parameters, normalise, predict_returns
from simulation import simulated_candles

SHAPE = Shape(steps=16, features=4, patch_steps=4, width=5, hidden=6, horizon_steps=3)


class NetworkTest(unittest.TestCase):
    def test_gradients_equal_finite_differences(self) -> None:
        random = np.random.default_rng(1)
        parameters = initial_parameters(SHAPE, random)
        parameters["head"] = random.normal(0, 1, parameters["head"].shape)
        inputs, targets = random.normal(0, 1, (7, 16, 4)), random.normal(0, 1, 7)

        def loss() -> float:
            return float(((forward(parameters, SHAPE, inputs)[0] - targets) ** 2).sum())

        scores, cache = forward(parameters, SHAPE, inputs)
        gradients = backward(parameters, SHAPE, cache, 2 * (scores - targets))
        for name, value in parameters.items():
            for index in random.integers(0, value.size, 5):
                before = value.flat[index]
                value.flat[index] = before + 1e-5
                above = loss()
                value.flat[index] = before - 1e-5
                below = loss()
                value.flat[index] = before
                np.testing.assert_allclose(gradients[name].flat[index], (above - below) / 2e-5, rtol=1e-5, atol=1e-6)

    def test_predictions_scale_with_volatility(self) -> None:
        random = np.random.default_rng(2)
        parameters = initial_parameters(SHAPE, random)
        parameters["head"] = random.normal(0, 1, parameters["head"].shape)
        windows = random.normal(0, 0.001, (3, 16, 4))
        np.testing.assert_allclose(
            predict_returns(parameters, SHAPE, windows * 3), predict_returns(parameters, SHAPE, windows) * 3, rtol=1e-4
        )

    def test_a_window_without_movement_has_no_volatility(self) -> None:
        normalised, volatility = normalise(np.zeros((1, 16, 4)))
        self.assertEqual(np.abs(normalised).max(), 0)
        self.assertLess(volatility[0], 1e-5)


class FeaturesTest(unittest.TestCase):
    def test_mirrored_windows_are_the_windows_of_mirrored_prices(self) -> None:
        candles = simulated_candles(np.random.default_rng(3), 17, 0.001, 100.0)
        upside_down = candles.copy()
        upside_down[:, :4] = 1 / candles[:, [0, 2, 1, 3]]
        np.testing.assert_allclose(
            mirrored(window_features(candles)[None])[0], window_features(upside_down), atol=1e-7
        )

    def test_windows_never_cross_a_gap_and_returns_start_where_windows_end(self) -> None:
        candles = simulated_candles(np.random.default_rng(4), 60, 0.001, 100.0)
        times = np.arange(60) * 60_000
        times[30:] += 60_000
        windows, returns, close_times_ms = windows_and_returns(times, candles, 60_000, 16, 3)
        self.assertEqual(len(windows), 2 * (30 - 16 - 3))
        np.testing.assert_array_equal(windows[0], window_features(candles[:17]))
        self.assertEqual(returns[0], np.log(candles[19, 3] / candles[16, 3]))
        self.assertEqual(close_times_ms[0], times[17])


if __name__ == "__main__":
    unittest.main()
