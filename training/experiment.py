"""One interval's candles: both models fitted and judged with every seed, and the choice between them."""

from collections.abc import Callable
from dataclasses import dataclass

from .bootstrap import HourBlocks
from .candles import CandleFile, DataError
from .dataset import Windows, horizon_steps, windows_of
from .evaluation import Figure, HorizonFigures, judge
from .network import Shape
from .selection import gain_on_last_fold, gain_over_head, network_is_shipped
from .settings import FOLDS, SEEDS
from .splits import Split, walk_forward
from .study import Fit, Walk, run, walk
from .training_loop import fit

Say = Callable[[str], None]


@dataclass(frozen=True)
class Experiment:
    """`network` and `head` hold the figures of each seed, in the order of SEEDS."""

    files: list[CandleFile]
    windows: Windows
    walk: Walk
    network: list[list[HorizonFigures]]
    head: list[list[HorizonFigures]]
    gain: Figure
    last_gain: Figure

    @property
    def patched(self) -> bool:
        """Whether the rule chose the network."""
        return network_is_shipped(self.gain)

    @property
    def chosen(self) -> list[list[HorizonFigures]]:
        """The figures of the model that the rule chose, by seed."""
        return self.network if self.patched else self.head


def fitter(shape: Shape) -> Fit:
    """How a model of this shape is fitted and predicts."""
    return lambda training, validation, seed: fit(shape, training, validation, seed).predict


def experiment(files: list[CandleFile], say: Say) -> Experiment:
    """Raises DataError when the candles do not fill the folds."""
    windows = windows_of(files)
    splits = walk_forward(windows)
    walked = walk(windows, splits)
    # The shortest test that is judged alone: refused before the training, not after it.
    HourBlocks(walked.test.close_ms[walked.fold == FOLDS - 1])
    steps = horizon_steps(files[0].interval_minutes)
    network = _runs(windows, splits, Shape(steps, patched=True), "patch transformer", say)
    head = _runs(windows, splits, Shape(steps, patched=False), "head alone", say)
    return Experiment(
        files,
        windows,
        walked,
        [judge(walked, one) for one in network],
        [judge(walked, one) for one in head],
        gain_over_head(walked, network, head),
        gain_on_last_fold(walked, network, head),
    )


def control_experiments(by_interval: dict[int, list[CandleFile]], say: Say) -> list[Experiment]:
    """
    One for each interval, the shortest first. The model does not depend on them: candles that do not fill the folds are
    left out and named.
    """
    experiments = []
    for interval, files in sorted(by_interval.items()):
        control = f"control, {interval}-minute candles"
        say(f"{control}: {', '.join(file.name for file in files)}")
        try:
            experiments.append(experiment(files, say))
        except DataError as error:
            say(f"{control}, left out: {error}")
    return experiments


def _runs(windows: Windows, splits: list[Split], shape: Shape, name: str, say: Say) -> list:
    runs = []
    for seed in SEEDS:
        runs.append(run(windows, splits, fitter(shape), seed))
        say(f"{name}, seed {seed}: {len(splits)} folds")
    return runs
