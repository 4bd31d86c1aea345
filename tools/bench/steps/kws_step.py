"""The zoo's kws_streaming_crnn for a single step, as the LiteRT file of the same network takes it."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# What the caller keeps from step to step: name, shape. The rows are those that a convolution needs of the steps before.
STATES = {"initial_h": (1, 1, 256), "mfcc_rows": (1, 1, 2, 20), "conv1_rows": (1, 16, 4, 18)}


def cut(model):
    """`model_causal.onnx` for one frame: kept rows stand in place of each convolution's padding in front."""
    nodes = {node.output[0]: node for node in model.graph.node}
    head = [nodes[name] for name in ("dense2_mm", "dense2", "dense2_relu", "dense3_mm", "logits", "prob")]
    gru = _copy(nodes["gru_Y"])
    gru.output[0] = ""
    dense1 = _copy(nodes["dense1"])
    dense1.input[0] = "h_n"  # (1, 1, 256), which the head takes as it is
    steps = [
        nodes["img"],
        *_join_and_keep("mfcc_rows", "img", "mfcc_window"),
        _without_padding(nodes["conv1"], "mfcc_window"),
        nodes["conv1_relu"],
        *_join_and_keep("conv1_rows", "conv1_relu", "conv1_window"),
        _without_padding(nodes["conv2"], "conv1_window"),
        *(nodes[name] for name in ("conv2_relu", "tnfc", "seq")),
        gru,
        dense1,
        *head,
    ]
    constants = [value for value in model.graph.initializer if value.name != "shp"]
    for name, value in {"shp": (1, 1, 256), "time": (2,), "second": (1,), "end": (2**31 - 1,)}.items():
        constants.append(numpy_helper.from_array(np.array(value, np.int64), name))
    states = list(STATES.items())
    after = [("h_n", STATES["initial_h"])] + [(f"{name}_next", shape) for name, shape in states[1:]]
    graph = helper.make_graph(
        steps, "kws_step", [_port("mfcc", (1, 1, 20)), *(_port(*state) for state in states)],
        [_port("prob", (1, 1, 7)), *(_port(*state) for state in after)], constants)
    step = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(step)
    return step


def _port(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _copy(node):
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    return copy


def _join_and_keep(rows, new, joined):
    return [
        helper.make_node("Concat", [rows, new], [joined], name=f"{rows}.join", axis=2),
        helper.make_node("Slice", [joined, "second", "end", "time"], [f"{rows}_next"], name=f"{rows}.keep"),
    ]


def _without_padding(node, source):
    changed = _copy(node)
    changed.input[0] = source
    for attribute in changed.attribute:
        if attribute.name == "pads":
            attribute.CopyFrom(helper.make_attribute("pads", [0, 0, 0, 0]))
    return changed
