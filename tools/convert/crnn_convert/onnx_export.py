"""From a Keras network to an ONNX model of the same values."""

from __future__ import annotations

import onnx

from .errors import ConversionError
from .layers import registry
from .network import Layer, Network
from .onnx_graph import GraphBuilder, Tensor

VERSION = "0.1.0"


def export(network: Network) -> onnx.ModelProto:
    """ONNX, opset 17, batch axis `N`; inputs and outputs have Keras' names and axes. Raises ConversionError."""
    graph = GraphBuilder()
    results = _convert_layers(graph, network, {name: None for name in network.inputs})
    for name in network.outputs:
        graph.output(results[name], name)
    return graph.model(network.name, VERSION)


def _convert_layers(
    graph: GraphBuilder, network: Network, given: dict[str, Tensor | None], kept: int = 1
) -> dict[str, Tensor]:
    """The result of every layer, by name. `given` holds the tensors at the network's inputs; None: the model's own.

    The first `kept` axes (batch, and time under TimeDistributed) are not the network's.
    """
    results: dict[str, Tensor] = {}
    for layer in _in_order(network):
        if layer.class_name == "InputLayer":
            results[layer.name] = given.get(layer.name) or _input(graph, layer, _readers(network, layer.name))
            continue
        if not layer.inputs and given.get(layer.name) is None:
            raise layer.refuse("its input has no known shape; begin the model with keras.Input(shape)")
        inputs = [results[name] for name in layer.inputs] or [given[layer.name]]
        results[layer.name] = _convert_layer(graph, layer, inputs, kept)
    return results


def _convert_layer(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    if layer.network is None:
        return registry.convert(graph, layer, inputs, kept)
    inner = layer.network
    if len(inner.inputs) != len(inputs) or len(inner.outputs) != 1:
        raise layer.refuse(
            f"it has {len(inner.inputs)} inputs and {len(inner.outputs)} outputs; one output is supported"
        )
    if layer.class_name == "TimeDistributed":
        kept += 1
    return _convert_layers(graph, inner, dict(zip(inner.inputs, inputs)), kept)[inner.outputs[0]]


def _readers(network: Network, name: str) -> list[Layer]:
    """The layers that read an input, those inside of networks in its place."""
    found: list[Layer] = []
    for layer in network.layers:
        for place, source in enumerate(layer.inputs):
            if source != name:
                continue
            if layer.network is None or place >= len(layer.network.inputs):
                found.append(layer)
            else:
                found += _readers(layer.network, layer.network.inputs[place])
    return found


def _input(graph: GraphBuilder, layer: Layer, readers: list[Layer]) -> Tensor:
    shape = layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    if not shape or len(shape) < 2:
        raise layer.refuse("the input has no shape; build the model with keras.Input(shape)")
    # Keras lets an embedding read floats, and cuts them to whole numbers.
    is_index = bool(readers) and all(reader.class_name == "Embedding" for reader in readers)
    if "int" in str(layer.config.get("dtype", "float32")) and not is_index:
        raise layer.refuse("whole numbers can only be read by Embedding layers; give the input a type of real numbers")
    return graph.input(layer.name, shape, is_index)


def _in_order(network: Network) -> list[Layer]:
    """Every layer after those that feed it."""
    by_name = {layer.name: layer for layer in network.layers}
    ordered: list[Layer] = []
    waiting = list(network.layers)
    done: set[str] = set()
    while waiting:
        ready = [layer for layer in waiting if all(name in done for name in layer.inputs)]
        if not ready:
            layer = waiting[0]
            missing = next(name for name in layer.inputs if name not in done)
            reason = (
                "the layers feed each other in a circle" if missing in by_name else f"there is no layer '{missing}'"
            )
            raise ConversionError(f"layer '{layer.name}' ({layer.class_name}): {reason}")
        ordered += ready
        done.update(layer.name for layer in ready)
        waiting = [layer for layer in waiting if layer.name not in done]
    return ordered
