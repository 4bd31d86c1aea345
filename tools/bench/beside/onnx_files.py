"""The ONNX files of the peers: one float graph of fixed shapes, and its int8 forms."""

import onnx
from steps import contestants, graphs

from . import shapes


def float_graph(workload, folder):
    """The path of what all peers begin with: steps as `make bench-steps` has them, sequences of one shape."""
    if workload.is_step:
        return graphs.one_step(workload, folder)
    return graphs.folded(shapes.given(workload), folder, "float.onnx")


def int8_graphs(workload, source, folder) -> dict:
    """What onnxruntime.quantization made, without the files in which it found nothing to quantise, or nothing more than
    in another one (it has no int8 GRU, and no static LSTM)."""
    made, kept, seen = contestants.peers_of(workload, source, folder), {}, []
    for name, path in made.items():
        operators = sorted(node.op_type for node in onnx.load(path).graph.node)
        if operators not in seen:
            kept[name] = path
            seen.append(operators)
    return kept
