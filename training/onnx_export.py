"""Writes the network as an ONNX graph, node by node: no trace of the machine, nothing but standard operators."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from . import settings
from .anchor import EWMA_WEIGHTS, MEANS, RANGE_TO_VARIANCE, RECENT_SUMS
from .features import FEATURES
from .network import (
    EXCURSION_MATRIX,
    EXCURSIONS,
    HEAD_VALUES,
    NORM_FLOOR,
    PATCH_ROWS,
    PATCHES,
    QUANTILE_MATRIX,
    QUANTILES,
    Shape,
)

INPUT_NAME = "features"
SCALE_NAME = "scale"
# Old enough for every ONNX Runtime of the last years.
OPSET = 17
IR_VERSION = 8


def output_sizes() -> dict[str, list[int]]:
    """The outputs in their order, with the sizes after the batch axis."""
    sizes: dict[str, list[int]] = {SCALE_NAME: []}
    for minutes in settings.HORIZONS_MINUTES:
        sizes[f"returns_{minutes}m"] = []
        sizes[f"quantiles_{minutes}m"] = [QUANTILES]
        sizes[f"rise_{minutes}m"] = [EXCURSIONS]
        sizes[f"fall_{minutes}m"] = [EXCURSIONS]
    return sizes


def build_model(parameters: dict[str, np.ndarray], shape: Shape, metadata: dict[str, str]) -> onnx.ModelProto:
    """The model: float32 `features` [batch, STEPS, features] to the outputs above, with its metadata inside."""
    graph = _Graph()
    for name, value in parameters.items():
        graph.constant(name, value)
    _anchor_and_context(graph)
    if shape.patched:
        _transformer(graph)
        graph.node("Concat", "context transformed", "head_inputs", axis=1)
    else:
        graph.node("Identity", "context", "head_inputs")
    _head(graph, shape)
    _outputs(graph, shape)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "patch_quantiles" if shape.patched else "head_quantiles",
            [_value(INPUT_NAME, [settings.STEPS, len(FEATURES)])],
            [_value(name, sizes) for name, sizes in output_sizes().items()],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="oncefill-training",
    )
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    return model


def _value(name: str, sizes: list[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *sizes])


class _Graph:
    """Collects nodes and constants. Inputs of a node are named in one string, separated by blanks."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: object, dtype: type = np.float32) -> None:
        self.initializers.append(numpy_helper.from_array(np.array(value, dtype=dtype), name))

    def node(self, operator: str, inputs: str, output: str, **attributes: object) -> None:
        self.nodes.append(helper.make_node(operator, inputs.split(), [output], name=f"{output}_node", **attributes))

    def slice(self, source: str, output: str, axis: int, first: int, end: int) -> None:
        for name, value in ((f"{output}_first", [first]), (f"{output}_end", [end]), (f"{output}_axis", [axis])):
            self.constant(name, value, np.int64)
        self.node("Slice", f"{source} {output}_first {output}_end {output}_axis", output)


def _anchor_and_context(graph: _Graph) -> None:
    for index, name in enumerate(("returns", "highs", "lows", "volumes")):
        graph.constant(f"{name}_index", index, np.int64)
        graph.node("Gather", f"{INPUT_NAME} {name}_index", name, axis=2)
    graph.constant("range_to_variance", RANGE_TO_VARIANCE)
    graph.constant("ewma_weights", EWMA_WEIGHTS[:, None] / 2)
    graph.constant("variance_floor", settings.VARIANCE_FLOOR)
    graph.constant("ratio_floor", settings.RATIO_FLOOR)
    graph.constant("limit", settings.FEATURE_LIMIT)
    graph.constant("limit_negative", -settings.FEATURE_LIMIT)
    graph.constant("means", MEANS)
    graph.constant("recent_sums", RECENT_SUMS)
    graph.node("Mul", "returns returns", "squares")
    graph.node("Sub", "highs lows", "span")
    graph.node("Mul", "span span", "span_squares")
    graph.node("Mul", "span_squares range_to_variance", "ranges")
    graph.node("Add", "squares ranges", "squares_and_ranges")
    graph.node("MatMul", "squares_and_ranges ewma_weights", "variance_bare")
    graph.node("Add", "variance_bare variance_floor", "variance")
    graph.node("Sqrt", "variance", "scale_column")
    for kind in ("squares", "ranges"):
        graph.node("MatMul", f"{kind} means", f"{kind}_means")
        graph.node("Div", f"{kind}_means variance", f"{kind}_ratios")
        graph.node("Add", f"{kind}_ratios ratio_floor", f"{kind}_ratios_floored")
        graph.node("Log", f"{kind}_ratios_floored", f"{kind}_context")
    graph.node("MatMul", "volumes means", "volume_context")
    graph.node("MatMul", "returns recent_sums", "recent_returns")
    graph.node("Div", "recent_returns scale_column", "recent_scaled")
    graph.node("Clip", "recent_scaled limit_negative limit", "recent_context")
    graph.node("Concat", "squares_context ranges_context volume_context recent_context", "context", axis=1)


def _transformer(graph: _Graph) -> None:
    graph.constant("patch_rows", PATCH_ROWS.ravel(), np.int64)
    graph.constant("patch_shape", [-1, PATCHES, settings.PATCH_STEPS * len(FEATURES)], np.int64)
    graph.constant("head_shape", [-1, PATCHES, settings.HEADS, settings.WIDTH // settings.HEADS], np.int64)
    graph.constant("state_shape", [-1, PATCHES, settings.WIDTH], np.int64)
    graph.constant("flat_shape", [-1, PATCHES * settings.WIDTH], np.int64)
    graph.constant("attention_scale", 1 / np.sqrt(settings.WIDTH // settings.HEADS))
    graph.constant("norm_floor", NORM_FLOOR)
    graph.constant("half", 0.5)
    graph.constant("one", 1.0)
    graph.constant("root_half", np.sqrt(0.5))
    graph.node("ReduceMean", INPUT_NAME, "mean", axes=[1], keepdims=1)
    graph.node("Sub", f"{INPUT_NAME} mean", "centred")
    graph.node("Mul", "centred centred", "centred_squares")
    graph.node("ReduceMean", "centred_squares", "mean_square", axes=[1], keepdims=1)
    graph.node("Add", "mean_square variance_floor", "feature_variance")
    graph.node("Sqrt", "feature_variance", "deviation")
    graph.node("Div", "centred deviation", "standardised")
    graph.node("Clip", "standardised limit_negative limit", "normalised")
    graph.node("Gather", "normalised patch_rows", "patch_steps", axis=1)
    graph.node("Reshape", "patch_steps patch_shape", "patches")
    graph.node("MatMul", "patches patch", "patch_values")
    graph.node("Add", "patch_values position", "state_0")
    for block in range(settings.BLOCKS):
        _block(graph, block, f"state_{block}", f"state_{block + 1}")
    graph.node("Reshape", f"state_{settings.BLOCKS} flat_shape", "transformed")


def _block(graph: _Graph, block: int, state: str, result: str) -> None:
    def own(name: str) -> str:
        return f"{name}_{block}"

    _layer_norm(graph, state, "attention", block)
    for name, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        graph.node("MatMul", f"attention_normal_{block} {own(name)}", own(f"{name}_flat"))
        graph.node("Reshape", f"{own(f'{name}_flat')} head_shape", own(f"{name}_heads"))
        graph.node("Transpose", own(f"{name}_heads"), own(f"{name}_turned"), perm=order)
    graph.node("MatMul", f"{own('query_turned')} {own('key_turned')}", own("logits_bare"))
    graph.node("Mul", f"{own('logits_bare')} attention_scale", own("logits"))
    graph.node("Softmax", own("logits"), own("attention"), axis=3)
    graph.node("MatMul", f"{own('attention')} {own('value_turned')}", own("attended"))
    graph.node("Transpose", own("attended"), own("attended_turned"), perm=[0, 2, 1, 3])
    graph.node("Reshape", f"{own('attended_turned')} state_shape", own("attended_flat"))
    graph.node("MatMul", f"{own('attended_flat')} {own('mix')}", own("mixed"))
    graph.node("Add", f"{state} {own('mixed')}", own("between"))
    _layer_norm(graph, own("between"), "feed", block)
    graph.node("MatMul", f"feed_normal_{block} {own('hidden')}", own("hidden_bare"))
    graph.node("Add", f"{own('hidden_bare')} {own('hidden_bias')}", own("hidden_values"))
    # x / 2 * (1 + erf(x / sqrt 2)): Gelu is an operator only since opset 20.
    graph.node("Mul", f"{own('hidden_values')} root_half", own("hidden_scaled"))
    graph.node("Erf", own("hidden_scaled"), own("hidden_erf"))
    graph.node("Add", f"{own('hidden_erf')} one", own("hidden_gate"))
    graph.node("Mul", f"{own('hidden_values')} half", own("hidden_half"))
    graph.node("Mul", f"{own('hidden_half')} {own('hidden_gate')}", own("activated"))
    graph.node("MatMul", f"{own('activated')} {own('out')}", own("out_bare"))
    graph.node("Add", f"{own('out_bare')} {own('out_bias')}", own("out_values"))
    graph.node("Add", f"{own('between')} {own('out_values')}", result)


def _layer_norm(graph: _Graph, source: str, norm: str, block: int) -> None:
    def own(name: str) -> str:
        return f"{norm}_{name}_{block}"

    graph.node("ReduceMean", source, own("mean"), axes=[2], keepdims=1)
    graph.node("Sub", f"{source} {own('mean')}", own("centred"))
    graph.node("Mul", f"{own('centred')} {own('centred')}", own("squares"))
    graph.node("ReduceMean", own("squares"), own("variance_bare"), axes=[2], keepdims=1)
    graph.node("Add", f"{own('variance_bare')} norm_floor", own("variance"))
    graph.node("Sqrt", own("variance"), own("deviation"))
    graph.node("Div", f"{own('centred')} {own('deviation')}", own("standardised"))
    graph.node("Mul", f"{own('standardised')} {own('gain')}", own("gained"))
    graph.node("Add", f"{own('gained')} {own('shift')}", own("normal"))


def _head(graph: _Graph, shape: Shape) -> None:
    graph.constant("value_shape", [-1, len(shape.horizon_steps), HEAD_VALUES], np.int64)
    graph.constant("scale_limit", settings.LOG_SCALE_LIMIT)
    graph.constant("scale_limit_negative", -settings.LOG_SCALE_LIMIT)
    graph.constant("horizon_roots", np.sqrt(shape.horizon_steps)[:, None])
    graph.constant("unit_shape", [-1, 1, 1], np.int64)
    graph.constant("quantile_matrix", QUANTILE_MATRIX)
    graph.constant("excursion_matrix", EXCURSION_MATRIX)
    graph.node("MatMul", "head_inputs head", "head_bare")
    graph.node("Add", "head_bare head_bias", "head_values")
    graph.node("Reshape", "head_values value_shape", "values")
    graph.slice("values", "log_scale", 2, 0, 1)
    graph.slice("values", "median", 2, 1, 2)
    graph.slice("values", "raw_gaps", 2, 2, HEAD_VALUES)
    graph.node("Clip", "log_scale scale_limit_negative scale_limit", "log_scale_cut")
    graph.node("Exp", "log_scale_cut", "widened")
    graph.node("Softplus", "raw_gaps", "gaps")
    graph.slice("gaps", "quantile_gaps", 2, 0, QUANTILES - 1)
    graph.slice("gaps", "rise_steps", 2, QUANTILES - 1, QUANTILES - 1 + EXCURSIONS)
    graph.slice("gaps", "fall_steps", 2, QUANTILES - 1 + EXCURSIONS, QUANTILES - 1 + 2 * EXCURSIONS)
    graph.node("Concat", "median quantile_gaps", "median_and_gaps", axis=2)
    graph.node("Reshape", "scale_column unit_shape", "scale_cube")
    graph.node("Mul", "scale_cube horizon_roots", "unit")
    for kind, source, matrix in (
        ("quantiles", "median_and_gaps", "quantile_matrix"),
        ("rise", "rise_steps", "excursion_matrix"),
        ("fall", "fall_steps", "excursion_matrix"),
    ):
        graph.node("MatMul", f"{source} {matrix}", f"{kind}_narrow")
        graph.node("Mul", f"{kind}_narrow widened", f"{kind}_scaled")
        graph.node("Mul", f"{kind}_scaled unit", kind)


def _outputs(graph: _Graph, shape: Shape) -> None:
    graph.constant("batch_shape", [-1], np.int64)
    graph.constant("quantile_shares", np.array(settings.QUANTILE_SHARES)[:, None])
    graph.node("Reshape", "scale_column batch_shape", SCALE_NAME)
    for index, minutes in enumerate(settings.HORIZONS_MINUTES):
        graph.constant(f"horizon_{minutes}m", index, np.int64)
        for kind in ("quantiles", "rise", "fall"):
            graph.node("Gather", f"{kind} horizon_{minutes}m", f"{kind}_{minutes}m", axis=1)
        graph.node("MatMul", f"quantiles_{minutes}m quantile_shares", f"mean_{minutes}m")
        graph.node("Reshape", f"mean_{minutes}m batch_shape", f"returns_{minutes}m")
