"""A new model against the file that serves: `python -m training --data DIR --against OLD.onnx --result FILE`."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import onnx

from .candles import CandleFile, DataError
from .contest import NothingNewError, gain_over, split_off
from .dataset import Windows
from .experiment import Experiment, Say, experiment
from .metadata import CONTRACT_KEY, instant
from .onnx_export import output_sizes
from .parity import run_file
from .predictions import Predictions
from .settings import HORIZONS_MINUTES

# What a model's file is, made of an experiment.
Make = Callable[[Experiment], bytes]


def contest(files: list[CandleFile], other: Path, make: Make, say: Say) -> tuple[dict[str, object], bytes | None]:
    """
    What came of it, for a program, and the new model's file where it won. Raises DataError when the other file cannot be
    compared.
    """
    other_content = other.read_bytes()
    try:
        early, test = split_off(files, _end_of_data(other, other_content))
    except NothingNewError as error:
        return {"outcome": "nothing new", "words": str(error)}, None
    span = {"from": instant(int(test.close_ms[0])), "to": instant(int(test.end_ms[-1])), "windows": len(test)}
    say(f"test: {span['windows']} windows from {span['from']} on, which neither model has seen")
    content = make(experiment(early, say))
    gain = gain_over(test, _answers(content, test), _answers(other_content, test))
    figures = [round(edge, 5) for edge in (gain.value, gain.low, gain.high)]
    words = f"gain {100 * figures[0]:.2f} % [{100 * figures[1]:.2f}, {100 * figures[2]:.2f}] on {span['windows']} windows"
    say(words)
    sha256 = hashlib.sha256(content).hexdigest()
    outcome = "better" if gain.above_zero else "not better"
    result = {"outcome": outcome, "words": words, "gain": figures, "test": span, "sha256": sha256}
    return result, content if gain.above_zero else None


def write_result(path: Path, result: dict[str, object]) -> None:
    """For whoever started the training."""
    path.write_text(json.dumps(result) + "\n")


def _end_of_data(path: Path, content: bytes) -> int:
    properties = {one.key: one.value for one in onnx.load_from_string(content).metadata_props}
    if CONTRACT_KEY not in properties:
        raise DataError(f"{path} says nothing of itself: a model without {CONTRACT_KEY} cannot be compared")
    end = json.loads(properties[CONTRACT_KEY]).get("endOfData")
    if end is None:
        raise DataError(f"{path} does not say where its data end, so nothing is known to be new to it")
    return int(datetime.fromisoformat(end.replace("Z", "+00:00")).timestamp() * 1000)


def _answers(content: bytes, test: Windows) -> Predictions:
    graph = onnx.load_from_string(content).graph
    missing = set(output_sizes()) - {output.name for output in graph.output}
    if missing:
        raise DataError(f"a model without the outputs {', '.join(sorted(missing))} cannot be compared")
    outputs = run_file(content, test.features)

    def stacked(kind: str) -> np.ndarray:
        return np.stack([outputs[f"{kind}_{minutes}m"] for minutes in HORIZONS_MINUTES], axis=1).astype(np.float64)

    return Predictions(stacked("quantiles"), stacked("rise"), stacked("fall"))
