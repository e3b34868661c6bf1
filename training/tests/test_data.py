"""From files to windows, targets and splits."""

import contextlib
import gzip
import io
import tempfile
import unittest
from pathlib import Path

import numpy as np

from ..candles import CandleFile, read_candle_file, read_candle_folder
from ..dataset import horizon_steps, windows_of
from ..features import mirrored, window_features
from ..settings import EMBARGO_MINUTES, STEPS
from ..simulation import random_walk, simulated_candles
from ..splits import final_split, require_no_shared_candles, walk_forward
from ..targets import future_moves

HEADER = "timestamp_ms,open,high,low,close,volume"
MINUTE_MS = 60_000


def written(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    text = "\n".join([HEADER, *rows]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def minutes(first: int, count: int, step: int = 1) -> list[str]:
    return [f"{(first + index * step) * MINUTE_MS},1,2,0.5,1.5,3" for index in range(count)]


class CandlesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_candle_that_cannot_be_is_refused_with_its_line(self) -> None:
        wrong = {
            "60000,1,2,0.5,1.5": "5 entries where 6 are expected",
            "60000,1,2,0.5,1.5,": "is not six numbers",
            "60000,1,2,0.5,1.5,nan": "not finite",
            "60000,1,inf,0.5,1.5,3": "not finite",
            "60000,1,2,0,1.5,3": "price that is not above zero",
            "60000,1,2,-1,1.5,3": "price that is not above zero",
            "60000,1,1.2,0.5,1.5,3": "outside low and high",
            "60000,0.4,2,0.5,1.5,3": "outside low and high",
            "60000,1,2,0.5,1.5,-3": "volume below zero",
            "0,1,2,0.5,1.5,3": "does not open after the one before it",
        }
        for row, sentence in wrong.items():
            with self.subTest(row=row), self.assertRaisesRegex(ValueError, f"line 3: .*{sentence}"):
                read_candle_file(written(self.folder, "AAA-1m.csv", ["0,1,2,0.5,1.5,3", row]))

    def test_a_file_without_the_header_or_candles_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "at least two candles"):
            read_candle_file(written(self.folder, "AAA-1m.csv", minutes(0, 1)))
        (self.folder / "BBB-1m.csv").write_text("time,price\n1,2\n")
        with self.assertRaisesRegex(ValueError, "the first line must be"):
            read_candle_file(self.folder / "BBB-1m.csv")

    def test_candles_that_open_between_their_intervals_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "whole multiples of their interval of 5 minutes"):
            read_candle_file(written(self.folder, "AAA-5m.csv", minutes(1, 4, step=5)))

    def test_files_of_one_interval_and_one_history_are_kept_together(self) -> None:
        written(self.folder, "AAA-1m-1.csv.gz", minutes(0, 50))
        written(self.folder, "AAA-1m-2.csv", minutes(50, 50))
        written(self.folder, "CCC-1m.csv", minutes(60 * 24 * 30, 10))
        written(self.folder, "BBB-5m.csv", minutes(0, 50, step=5))
        with contextlib.redirect_stdout(io.StringIO()):
            folder = read_candle_folder(self.folder)
        names = {interval: [file.name for file in files] for interval, files in folder.items()}
        self.assertEqual(names, {1: ["AAA-1m-1.csv.gz", "AAA-1m-2.csv"], 5: ["BBB-5m.csv"]})

    def test_the_same_candles_twice_are_refused(self) -> None:
        written(self.folder, "AAA-1m-1.csv", minutes(0, 50))
        written(self.folder, "AAA-1m-2.csv", minutes(49, 50))
        with self.assertRaisesRegex(ValueError, "two files hold the same candles of AAA"):
            read_candle_folder(self.folder)

    def test_a_folder_without_candles_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no candle files"):
            read_candle_folder(self.folder)


class WindowsTest(unittest.TestCase):
    def test_mirrored_windows_are_the_windows_of_mirrored_prices(self) -> None:
        candles = simulated_candles(np.random.default_rng(3), STEPS + 4, 0.001, 100.0)
        upside_down = candles.copy()
        upside_down[:, :4] = 1 / candles[:, [0, 2, 1, 3]]
        np.testing.assert_allclose(
            mirrored(window_features(candles, STEPS)), window_features(upside_down, STEPS), atol=1e-7
        )

    def test_a_window_knows_nothing_of_what_comes_after_it(self) -> None:
        candles = simulated_candles(np.random.default_rng(4), STEPS + 1, 0.001, 100.0)
        longer = np.concatenate([candles, simulated_candles(np.random.default_rng(5), 30, 0.01, 50.0)])
        np.testing.assert_array_equal(window_features(longer, STEPS)[0], window_features(candles, STEPS)[0])

    def test_a_window_without_trades_has_no_relative_volume(self) -> None:
        candles = simulated_candles(np.random.default_rng(6), STEPS + 1, 0.001, 100.0)
        candles[:, 4] = 0
        np.testing.assert_array_equal(window_features(candles, STEPS)[0, :, 3], np.zeros(STEPS))

    def test_moves_begin_where_the_window_ends_and_count_highs_and_lows_on_the_way(self) -> None:
        values = np.array([[1, 9, 0.1, 2, 0], [2, 3, 1.9, 2.5, 0], [2, 4, 1.0, 3, 0], [3, 8, 0.5, 7, 0]], dtype=float)
        returns, rises, falls = future_moves(values, np.array([0]), 2)
        np.testing.assert_allclose([returns[0], rises[0], falls[0]], np.log([1.5, 2.0, 2.0]))

    def test_a_price_that_never_rose_has_no_rise(self) -> None:
        values = np.array([[5, 5, 5, 5, 0], [4, 4, 3, 3, 0]], dtype=float)
        _, rises, _ = future_moves(values, np.array([0]), 1)
        self.assertEqual(rises[0], 0)

    def test_windows_and_their_targets_never_cross_a_gap(self) -> None:
        file = random_walk(600, 1, 0.001, seed=1)
        times = file.open_time_ms.copy()
        times[300:] += MINUTE_MS
        windows = windows_of([CandleFile(file.name, times, file.values, 1)])
        self.assertEqual(len(windows), 2 * (300 - STEPS - 60))
        np.testing.assert_array_equal(windows.end_ms - windows.start_ms, (STEPS + 1 + 60) * MINUTE_MS)

    def test_a_market_that_does_not_move_is_left_out(self) -> None:
        file = random_walk(300, 1, 0.001, seed=1)
        still = np.full_like(file.values, 7.0)
        self.assertEqual(len(windows_of([CandleFile("STILL.csv", file.open_time_ms, still, 1)])), 0)

    def test_horizons_must_be_whole_candles(self) -> None:
        self.assertEqual(horizon_steps(5), (1, 3, 12))
        with self.assertRaisesRegex(ValueError, "do not divide the horizons"):
            horizon_steps(3)


class SplitsTest(unittest.TestCase):
    def setUp(self) -> None:
        other = random_walk(3_500, 1, 0.001, seed=3)
        renamed = CandleFile("OTHER.csv", other.open_time_ms, other.values, 1)
        self.windows = windows_of([random_walk(4_000, 1, 0.001, seed=2), renamed])
        self.splits = walk_forward(self.windows)

    def test_each_window_after_the_first_training_part_is_tested_once(self) -> None:
        tested = np.concatenate([split.test for split in self.splits])
        self.assertEqual(len(np.unique(tested)), len(tested))
        first = self.windows.close_ms[tested].min()
        self.assertEqual(len(tested), (self.windows.close_ms >= first).sum())

    def test_no_candle_is_in_two_parts_and_the_embargo_lies_between(self) -> None:
        for split in [*self.splits, final_split(self.windows)]:
            fitted = np.concatenate([split.training, split.validation])
            require_no_shared_candles(self.windows, split.training, split.validation)
            require_no_shared_candles(self.windows, fitted, split.test)
            if len(split.test):
                gap_ms = self.windows.start_ms[split.test].min() - self.windows.end_ms[fitted].max()
                self.assertGreaterEqual(gap_ms, EMBARGO_MINUTES * MINUTE_MS)

    def test_training_grows_and_never_comes_after_its_test(self) -> None:
        sizes = [len(split.training) for split in self.splits]
        self.assertEqual(sizes, sorted(sizes))
        for split in self.splits:
            self.assertLess(self.windows.end_ms[split.validation].max(), self.windows.start_ms[split.test].min())

    def test_too_few_candles_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "give more candles in one history"):
            walk_forward(windows_of([random_walk(900, 1, 0.001, seed=1)]))
        with self.assertRaisesRegex(ValueError, "no window without a gap"):
            walk_forward(windows_of([random_walk(STEPS + 60, 1, 0.001, seed=1)]))


if __name__ == "__main__":
    unittest.main()
