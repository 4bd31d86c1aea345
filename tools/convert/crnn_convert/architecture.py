"""Weights with a short file that says what network they are for: JSON, or TOML. The README has the format.

A layer is described as Keras describes it, whatever its weights came from; `order` says how they lie: as Keras has
them, as Keras 1 (one array for each gate), TensorFlow 1 (one matrix for input and state) or PyTorch (outputs first).
"""

from __future__ import annotations

import json
import pathlib
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from . import keras_file, weights
from .errors import ConversionError, ConversionWarning
from .network import Layer, Network

_ORDERS = ("keras", "keras1", "tf1", "torch")

#: What may be said of a layer beside what it is and where its weights are: settings of Keras' layers.
_SETTINGS = {
    "activation", "alpha", "axis", "batch_shape", "center", "cropping", "depth_multiplier", "dilation_rate", "epsilon",
    "filters", "go_backwards", "groups", "keepdims", "kernel_size", "max_value", "merge_mode", "n", "negative_slope",
    "norm_type", "offset", "padding", "pool_size", "rate", "recurrent_activation", "reset_after", "return_sequences",
    "scale", "shared_axes", "strides", "target_shape", "dims", "units",
}  # fmt: skip
_DESCRIPTION = {
    "arrays", "backward_layer", "flipped", "forget_bias", "inputs", "layer", "name", "order", "shape", "type",
}  # fmt: skip
_REFUSED = {
    "cell_clip": "a limit of the cell state is not supported; train without it",
    "proj_clip": "a limit of the projection is not supported; train without it",
    "mask_zero": "masks are not supported; feed sequences without padding steps",
}


def read(path: pathlib.Path, given_weights: pathlib.Path | None = None) -> Network:
    """The network that an architecture file describes, every layer with its weights. Raises ConversionError."""
    document = _document(path)
    if "class_name" in document:
        return keras_file.read_description(document, path, given_weights)
    if not isinstance(document.get("layers"), list):
        raise ConversionError(f"{path}: an architecture file has a list 'layers'; tools/convert/README.md shows one")
    source = given_weights or (path.parent / document["weights"] if "weights" in document else None)
    if source is None:
        raise ConversionError(f"{path}: it does not say where the weights are: 'weights', or --weights FILE")
    arrays = _Arrays(source, weights.read(pathlib.Path(source)))
    version = int(document.get("keras_version", 3))
    layers: list[Layer] = []
    for description in document["layers"]:
        layer = _layer(description, version, arrays)
        stated = description.get("inputs")
        if stated is None and layer.class_name != "InputLayer" and layers:
            stated = [layers[-1].name]
        layer.inputs = [stated] if isinstance(stated, str) else list(stated or [])
        layers.append(layer)
    names = [layer.name for layer in layers]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ConversionError(f"{path}: two layers are called '{repeated[0]}'; give each a 'name'")
    inputs = [layer.name for layer in layers if layer.class_name == "InputLayer"]
    if not inputs:
        raise ConversionError(f"{path}: no layer is of type Input, which says what the network takes")
    read_by_others = {name for layer in layers for name in layer.inputs}
    outputs = document.get("outputs") or [name for name in names if name not in read_by_others]
    if unknown := [name for name in outputs if name not in names]:
        raise ConversionError(f"{path}: there is no layer '{unknown[0]}', which is said to be an output")
    arrays.warn_of_unused()
    return Network(document.get("name", path.stem), layers, inputs, outputs)


def _document(path: pathlib.Path) -> dict[str, Any]:
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        try:
            import tomllib
        except ImportError as error:
            raise ConversionError(f"{path}: TOML needs Python 3.11 or later; write JSON") from error
        return tomllib.loads(content)
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ConversionError(f"{path}: an architecture file is an object with 'layers' and 'weights'")
    return document


class _Arrays:
    """The arrays of the weights' file, and which of them were asked for."""

    def __init__(self, path: pathlib.Path, arrays: Mapping[str, np.ndarray]) -> None:
        self._path, self._arrays = path, arrays
        self._used: set[str] = set()

    def take(self, layer: Layer, name: str) -> np.ndarray:
        if name not in self._arrays:
            near = [other for other in self._arrays if other.rsplit("/", 1)[-1] == name.rsplit("/", 1)[-1]]
            listed = near or list(self._arrays)
            more = " …" if len(listed) > 20 else ""
            raise layer.refuse(f"{self._path} holds no array '{name}'; it holds {', '.join(listed[:20])}{more}")
        self._used.add(name)
        return np.asarray(self._arrays[name], np.float32)

    def warn_of_unused(self) -> None:
        # Frozen graphs and state dictionaries hold counters and shapes, too.
        unused = [
            name
            for name, values in self._arrays.items()
            if name not in self._used and values.dtype.kind == "f" and values.size > 1
        ]
        if unused:
            warnings.warn(f"{self._path}: not used are {', '.join(unused)}", ConversionWarning, stacklevel=4)


def _layer(description: dict[str, Any], version: int, arrays: _Arrays, name: str = "") -> Layer:
    kind = description.get("type")
    if not isinstance(kind, str):
        raise ConversionError(f"layer {description}: it has no 'type'")
    layer = Layer(description.get("name", name or kind.lower()), "InputLayer" if kind == "Input" else kind, {}, version)
    for key, value in description.items():
        if key in _REFUSED and value:
            raise layer.refuse(f"{key}: {_REFUSED[key]}")
        if key not in _SETTINGS | _DESCRIPTION | set(_REFUSED):
            raise layer.refuse(f"'{key}' is no setting; there are {', '.join(sorted(_SETTINGS | _DESCRIPTION))}")
    if "forget_bias" in description and kind != "LSTM":
        raise layer.refuse("only an LSTM has a forget_bias")
    layer.config = {key: value for key, value in description.items() if key in _SETTINGS}
    if kind in _RECURRENT:
        # Keras' own defaults, which its files always state.
        layer.config.setdefault("activation", "tanh")
        layer.config.setdefault("recurrent_activation", "hard_sigmoid" if version < 2 else "sigmoid")
    if kind == "Input":
        sizes = [None if size in (-1, None, "open") else int(size) for size in description.get("shape", [])]
        layer.config["batch_shape"] = [None, *sizes]
        return layer
    for part in ("layer", "backward_layer"):
        if part in description:
            inner = _layer(description[part], version, arrays, layer.name)
            if inner.extra:
                raise layer.refuse(
                    "peepholes and projections inside a wrapper are not supported; use the layer by itself"
                )
            layer.config[part] = {"class_name": inner.class_name, "config": {"name": inner.name, **inner.config}}
            layer.weights += inner.weights
    _give_weights(layer, description, arrays)
    return layer


def _give_weights(layer: Layer, description: dict[str, Any], arrays: _Arrays) -> None:
    order = description.get("order", "keras")
    if order not in _ORDERS:
        raise layer.refuse(f"its order is '{order}'; there are {', '.join(_ORDERS)}")
    roles = dict(description.get("arrays", {}))
    if not roles:
        return

    def taken(role: str, needed: bool = True) -> np.ndarray | None:
        name = roles.pop(role, None)
        if name is None and needed:
            raise layer.refuse(f"its 'arrays' do not say which is the {role}")
        if name is None:
            return None
        if "*" in name and order == "keras1":
            gates = {"LSTM": "ifco", "GRU": "zrh"}.get(layer.class_name, "")
            return np.concatenate([arrays.take(layer, name.replace("*", gate)) for gate in gates], axis=-1)
        return arrays.take(layer, name)

    if layer.class_name in _RECURRENT:
        _RECURRENT[layer.class_name](layer, description, order, taken)
    elif "Conv" in layer.class_name:
        _convolution(layer, description, order, taken)
    elif layer.class_name == "Dense":
        kernel = taken("kernel")
        layer.weights = _present(kernel.T if order == "torch" else kernel, taken("bias", needed=False))
    else:
        places = _OTHERS.get(layer.class_name)
        if places is None:
            raise layer.refuse("this type has no weights, or none that an architecture file can name")
        found = {role: taken(role, needed=role in _NEEDED) for role in places}
        if layer.class_name in ("BatchNormalization", "LayerNormalization"):
            layer.config["scale"] = found["gamma"] is not None
            layer.config["center"] = found["beta"] is not None
        layer.weights = _present(*found.values())
    if roles:
        raise layer.refuse(
            f"its 'arrays' name {', '.join(roles)}, which this type does not have in the order '{order}'"
        )


_OTHERS = {
    "BatchNormalization": ("gamma", "beta", "mean", "variance"),
    "LayerNormalization": ("gamma", "beta"),
    "Embedding": ("table",),
    "PReLU": ("slope",),
}
_NEEDED = {"mean", "variance", "table", "slope"}


def _present(*values: np.ndarray | None) -> list[np.ndarray]:
    return [value for value in values if value is not None]


def _convolution(layer: Layer, description: dict[str, Any], order: str, taken) -> None:
    """Keras: [kernel…, in, out]. PyTorch, and Keras 1 with channels first: [out, in, kernel…]."""
    kernel, pointwise = taken("kernel"), taken("pointwise", needed=layer.class_name.startswith("Separable"))
    if order in ("torch", "keras1"):
        if pointwise is not None:
            pointwise = np.moveaxis(pointwise, (0, 1), (-1, -2))
        if layer.class_name.startswith(("Depthwise", "Separable")):
            # [channel · multiplier, 1, kernel…]
            multiplier = int(layer.config.get("depth_multiplier", 1))
            kernel = kernel.reshape(kernel.shape[0] // multiplier, multiplier, *kernel.shape[2:])
            kernel = np.moveaxis(kernel, (0, 1), (-2, -1))
        else:
            kernel = np.moveaxis(kernel, (0, 1), (-1, -2))
    if description.get("flipped", False):
        # A true convolution, as Theano had it.
        kernel = np.flip(kernel, axis=tuple(range(kernel.ndim - 2)))
    layer.weights = _present(kernel, pointwise, taken("bias", needed=False))


def _lstm(layer: Layer, description: dict[str, Any], order: str, taken) -> None:
    units = int(layer.config["units"])
    projection = taken("projection", needed=False)
    width = units if projection is None else projection.shape[-1]
    if order == "tf1":
        # One matrix over (input, state), gates i, c, f, o; forget_bias is added when it runs.
        kernel, hidden = _divided(layer, taken("kernel"), width)
        kernel, hidden, bias = (_gates(values, (0, 2, 1, 3)) for values in (kernel, hidden, taken("bias")))
        bias[units : 2 * units] += float(description.get("forget_bias", 1.0))
    elif order == "torch":
        kernel, hidden, bias = taken("kernel").T, taken("recurrent_kernel").T, _torch_biases(taken)
        bias = None if bias is None else bias.sum(axis=0)
        if projection is not None:
            projection = projection.T
            hidden = hidden[: projection.shape[-1]]
    else:
        kernel, hidden, bias = taken("kernel"), taken("recurrent_kernel"), taken("bias", needed=False)
    if order != "tf1" and "forget_bias" in description:
        # The second gate in all of these orders.
        bias = np.zeros(4 * units, np.float32) if bias is None else bias.copy()
        bias[units : 2 * units] += float(description["forget_bias"])
    peepholes = [taken(f"peephole_{gate}", needed=False) for gate in "iof"]
    if any(values is not None for values in peepholes):
        zeros = np.zeros(units, np.float32)
        layer.extra["peepholes"] = np.concatenate([zeros if values is None else values for values in peepholes])
    if projection is not None:
        if projection.shape != (units, hidden.shape[0]):
            raise layer.refuse(f"its projection of {projection.shape} is not from {units} units to {hidden.shape[0]}")
        # h = u P: the recurrent product is u P R, and every step gives u P.
        layer.extra["projection"] = projection
        hidden = projection @ hidden
    layer.weights = _present(kernel, hidden, bias)


def _gru(layer: Layer, description: dict[str, Any], order: str, taken) -> None:
    units = int(layer.config["units"])
    if order == "tf1":
        # Gates r, u over (input, state), the candidate over (input, r · state).
        gates, candidate = (_divided(layer, taken(role), units) for role in ("gates_kernel", "candidate_kernel"))
        kernel, hidden = (np.concatenate([_gates(gate, (1, 0)), last], axis=1) for gate, last in zip(gates, candidate))
        bias = np.concatenate([_gates(taken("gates_bias"), (1, 0)), taken("candidate_bias")])
        layer.config["reset_after"] = False
    elif order == "torch":
        # r, z, n and two biases.
        kernel, hidden = (_gates(taken(role).T, (1, 0, 2)) for role in ("kernel", "recurrent_kernel"))
        bias = _torch_biases(taken)
        bias = None if bias is None else _gates(bias, (1, 0, 2))
        layer.config["reset_after"] = True
    else:
        kernel, hidden, bias = taken("kernel"), taken("recurrent_kernel"), taken("bias", needed=False)
        if order == "keras1":
            layer.config["reset_after"] = False
    layer.weights = _present(kernel, hidden, bias)


def _simple(layer: Layer, description: dict[str, Any], order: str, taken) -> None:
    if order == "tf1":
        kernel, hidden = _divided(layer, taken("kernel"), int(layer.config["units"]))
        bias = taken("bias", needed=False)
    elif order == "torch":
        kernel, hidden, bias = taken("kernel").T, taken("recurrent_kernel").T, _torch_biases(taken)
        bias = None if bias is None else bias.sum(axis=0)
    else:
        kernel, hidden, bias = taken("kernel"), taken("recurrent_kernel"), taken("bias", needed=False)
    layer.weights = _present(kernel, hidden, bias)


_RECURRENT = {"LSTM": _lstm, "GRU": _gru, "SimpleRNN": _simple}


def _divided(layer: Layer, kernel: np.ndarray, state: int) -> tuple[np.ndarray, np.ndarray]:
    if kernel.ndim != 2 or kernel.shape[0] <= state:
        raise layer.refuse(
            f"its kernel of {kernel.shape} has no rows for inputs in front of those for {state} values of state"
        )
    return kernel[:-state], kernel[-state:]


def _gates(values: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """The parts of the last axis in another order."""
    parts = np.split(values, len(order), axis=-1)
    return np.concatenate([parts[place] for place in order], axis=-1)


def _torch_biases(taken) -> np.ndarray | None:
    biases = _present(taken("bias", needed=False), taken("recurrent_bias", needed=False))
    return np.stack(biases) if len(biases) == 2 else None if not biases else np.stack([biases[0], biases[0] * 0])
