"""Writes the trained network as an ONNX graph, node by node, normalisation and scaling included."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import FEATURE_LIMIT, VARIANCE_FLOOR, Parameters, Shape

INPUT_NAME = "features"
OUTPUT_NAME = "returns_15m"
# Old enough for every ONNX Runtime of the last years.
OPSET = 17
IR_VERSION = 8


def build_model(parameters: Parameters, shape: Shape) -> onnx.ModelProto:
    """The model: float32 `features` [batch, steps, features] to float32 `returns_15m` [batch]."""
    initializers = [
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in parameters.items()
    ] + [
        numpy_helper.from_array(np.array(value, dtype=dtype), name)
        for name, value, dtype in [
            ("variance_floor", VARIANCE_FLOOR, np.float32),
            ("feature_limit", FEATURE_LIMIT, np.float32),
            ("feature_limit_negative", -FEATURE_LIMIT, np.float32),
            ("attention_scale", 1 / np.sqrt(shape.width), np.float32),
            ("horizon_scale", np.sqrt(shape.horizon_steps), np.float32),
            ("patch_shape", [-1, shape.patches, shape.patch_steps * shape.features], np.int64),
            ("flat_shape", [-1, shape.patches * shape.width], np.int64),
            ("batch_shape", [-1], np.int64),
            ("zero", [0], np.int64),
            ("one", [1], np.int64),
            ("feature_axis", [2], np.int64),
        ]
    ]
    graph = helper.make_graph(
        [*_normalisation(), *_block(), *_head()],
        "unified_patch_tst",
        [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, ["batch", shape.steps, shape.features])],
        [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["batch"])],
        initializers,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="oncefill-training"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _node(operator: str, inputs: str, output: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(operator, inputs.split(), [output], name=f"{output}_node", **attributes)


def _normalisation() -> list[onnx.NodeProto]:
    return [
        _node("ReduceMean", INPUT_NAME, "mean", axes=[1], keepdims=1),
        _node("Sub", f"{INPUT_NAME} mean", "centred"),
        _node("Mul", "centred centred", "squares"),
        _node("ReduceMean", "squares", "mean_square", axes=[1], keepdims=1),
        _node("Add", "mean_square variance_floor", "variance"),
        _node("Sqrt", "variance", "deviation"),
        _node("Div", "centred deviation", "standardised"),
        _node("Clip", "standardised feature_limit_negative feature_limit", "normalised"),
        # The deviation of the first feature, the log return, is the window's volatility.
        _node("Slice", "deviation zero one feature_axis", "volatility_cube"),
        _node("Reshape", "volatility_cube batch_shape", "volatility"),
    ]


def _block() -> list[onnx.NodeProto]:
    return [
        _node("Reshape", "normalised patch_shape", "patches"),
        _node("MatMul", "patches patch", "patch_values"),
        _node("Add", "patch_values position", "embedded"),
        _node("MatMul", "embedded query", "queries"),
        _node("MatMul", "embedded key", "keys"),
        _node("MatMul", "embedded value", "values"),
        _node("Transpose", "keys", "keys_transposed", perm=[0, 2, 1]),
        _node("MatMul", "queries keys_transposed", "logits_unscaled"),
        _node("Mul", "logits_unscaled attention_scale", "logits"),
        _node("Softmax", "logits", "attention", axis=2),
        _node("MatMul", "attention values", "context"),
        _node("MatMul", "context mix", "context_mixed"),
        _node("Add", "embedded context_mixed", "mixed"),
        _node("MatMul", "mixed hidden", "hidden_values"),
        _node("Add", "hidden_values hidden_bias", "hidden_biased"),
        _node("Tanh", "hidden_biased", "activated"),
        _node("MatMul", "activated out", "out_values"),
        _node("Add", "mixed out_values", "final"),
    ]


def _head() -> list[onnx.NodeProto]:
    return [
        _node("Reshape", "final flat_shape", "flat"),
        _node("MatMul", "flat head", "score_column"),
        _node("Reshape", "score_column batch_shape", "scores"),
        _node("Mul", "scores volatility", "step_returns"),
        _node("Mul", "step_returns horizon_scale", OUTPUT_NAME),
    ]
