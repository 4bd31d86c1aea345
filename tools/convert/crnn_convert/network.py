"""A Keras network as its file describes it: layers with their settings, and who feeds whom."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .errors import ConversionError


@dataclass
class Layer:
    """One layer. `inputs` names the layers that feed it; `weights` are in the order in which Keras makes them."""

    name: str
    class_name: str
    config: dict[str, Any]
    keras_version: int
    inputs: list[str] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    network: Network | None = None
    #: Where a layer is used more than once, every further use is a layer of its own with the first one's weights.
    original: Layer | None = None
    #: What Keras has no weights for: `peepholes` [3 units] in the order i, o, f; `projection` [units, values].
    extra: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def stored_class(self) -> str:
        """The class by which a `.keras` file counts layers."""
        return "Functional" if self.class_name == "Model" else self.class_name

    def wrapped(self, key: str, weights: list[np.ndarray]) -> Layer:
        """The layer inside a wrapper (TimeDistributed, Bidirectional), with its part of the weights."""
        inner = self.config[key]
        config = inner["config"]
        return Layer(
            config.get("name", self.name), inner["class_name"], config, self.keras_version, self.inputs, weights
        )

    def refuse(self, reason: str) -> ConversionError:
        return ConversionError(f"layer '{self.name}' ({self.class_name}): {reason}")


@dataclass
class Network:
    name: str
    layers: list[Layer]
    inputs: list[str]
    outputs: list[str]


def describe_network(description: dict[str, Any], keras_version: int) -> Network:
    """From the JSON that Keras writes for a Sequential or functional model."""
    class_name = description.get("class_name")
    if class_name == "Sequential":
        return _describe_sequential(description, keras_version)
    if class_name in ("Functional", "Model"):
        return _describe_functional(description["config"], keras_version)
    raise ConversionError(
        f"the model is of the class '{class_name}', whose calculation is Python code that the file does not hold; "
        "build it as a Sequential or functional model of Keras layers and save that"
    )


def _layer(description: dict[str, Any], keras_version: int) -> Layer:
    class_name, config = description["class_name"], description["config"]
    name = config.get("name", class_name) if isinstance(config, dict) else class_name
    layer = Layer(name, class_name, config, keras_version)
    policy = config.get("dtype") if isinstance(config, dict) else None
    if isinstance(policy, dict) and str(policy.get("class_name")).startswith("Quantized"):
        raise layer.refuse("its weights were quantised by Keras; save the model before quantize()")
    # A network as a layer, or as what TimeDistributed applies to every frame.
    inner = config.get("layer") if class_name == "TimeDistributed" else description
    if isinstance(inner, dict) and inner.get("class_name") in ("Sequential", "Functional", "Model"):
        layer.network = describe_network(inner, keras_version)
    return layer


def _describe_sequential(description: dict[str, Any], keras_version: int) -> Network:
    config = description["config"]
    # Keras 2.0 to 2.2 wrote the bare list of layers.
    parts = config if isinstance(config, list) else config["layers"]
    name = "sequential" if isinstance(config, list) else config.get("name", "sequential")
    layers = [_layer(part, keras_version) for part in parts]
    if not layers:
        raise ConversionError(f"the model '{name}' has no layers")
    if layers[0].class_name != "InputLayer":
        shape = layers[0].config.get("batch_input_shape") or layers[0].config.get("batch_shape")
        if shape is None and not isinstance(config, list):
            shape = config.get("build_input_shape") or description.get("build_config", {}).get("input_shape")
        if shape is not None:
            layers.insert(0, Layer("input", "InputLayer", {"batch_shape": shape}, keras_version))
    for previous, layer in itertools.pairwise(layers):
        layer.inputs = [previous.name]
    return Network(name, layers, [layers[0].name], [layers[-1].name])


def _describe_functional(config: dict[str, Any], keras_version: int) -> Network:
    layers: list[Layer] = []
    nodes: list[Any] = []
    uses: dict[tuple[str, int], str] = {}
    names = {part.get("name") for part in config["layers"]}
    for part in config["layers"]:
        layer = _layer(part, keras_version)
        layer.name = part.get("name", layer.name)
        for number, node in enumerate(part.get("inbound_nodes") or [None]):
            use = layer if number == 0 else replace(layer, original=layer, name=_unused(layer.name, number, names))
            uses[layer.name, number] = use.name
            layers.append(use)
            nodes.append(node)
    for layer, node in zip(layers, nodes):
        if node:
            layer.inputs = [_use(uses, name, number) for name, number in _feeding_layers(layer, node)]
    ends = (
        [_use(uses, name, number) for name, number in _endpoints(config[key])]
        for key in ("input_layers", "output_layers")
    )
    return Network(config.get("name", "model"), layers, *ends)


def _unused(name: str, number: int, names: set[str]) -> str:
    candidate = f"{name}_{number}"
    while candidate in names:
        candidate += "_"
    names.add(candidate)
    return candidate


def _use(uses: dict[tuple[str, int], str], name: str, number: int) -> str:
    """The layer that stands for use `number` of the layer `name`."""
    # A layer of which one use only is part of this network may count from elsewhere.
    return uses.get((name, number), name)


def _feeding_layers(layer: Layer, node: Any) -> list[tuple[str, int]]:
    """Names and numbers of the uses that feed it. Keras 2 writes [[name, node, tensor, arguments], …]; Keras 3 the
    call's arguments, tensors in them."""
    if isinstance(node, dict):
        found: list[tuple[str, int, int]] = []
        _collect_histories(node.get("args", []), found)
        mask: list[tuple[str, int, int]] = []
        _collect_histories(node.get("kwargs", {}).get("mask"), mask)
        if mask:
            raise layer.refuse(
                f"it is given a mask, which the layer '{mask[0][0]}' makes: masks of padded steps are not supported; "
                "feed sequences without padding steps, one at a time, and build the model without the mask"
            )
        if _has_history(node.get("kwargs", {})):
            raise layer.refuse("it takes a tensor as a named argument (an initial state); remove it")
    else:
        found = [tuple(entry[:3]) for entry in node]
        for entry in node:
            named = entry[3] if len(entry) > 3 and isinstance(entry[3], dict) else {}
            if given := [key for key, value in named.items() if isinstance(value, list) and value]:
                raise layer.refuse(f"it takes a tensor as {given[0]}=; build the model without it")
    if any(tensor != 0 for _, _, tensor in found):
        raise layer.refuse("it takes the second result of a layer (a state); only first results are supported")
    return [(name, number) for name, number, _ in found]


def _collect_histories(value: Any, found: list[tuple[str, int, int]]) -> None:
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            found.append(tuple(value["config"]["keras_history"]))
        else:
            for part in value.values():
                _collect_histories(part, found)
    elif isinstance(value, list):
        for part in value:
            _collect_histories(part, found)


def _has_history(value: Any) -> bool:
    found: list[tuple[str, int, int]] = []
    _collect_histories(value, found)
    return bool(found)


def _endpoints(value: Any) -> list[tuple[str, int]]:
    """Names and uses out of [[name, node, tensor], …], one bare [name, node, tensor], or a dictionary of such."""
    if isinstance(value, dict):
        return [end for part in value.values() for end in _endpoints(part)]
    if value and isinstance(value[0], str):
        return [(value[0], value[1] if len(value) > 1 else 0)]
    return [end for part in value for end in _endpoints(part)]
