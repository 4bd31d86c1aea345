"""Opens Keras' two file formats and hands over what both hold: the network's description and its weights.

* `.keras` (Keras 3, and 2.13 or later): a zip of `config.json`, `metadata.json` and `model.weights.h5`. Weights are
  found by the layer's class and its number among the layers of that class, since the file does not rely on names.
* `.h5` (every Keras): attributes `model_config` and `keras_version`, weights by layer name in `model_weights`.
"""

from __future__ import annotations

import io
import json
import pathlib
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from .errors import ConversionError
from .network import Layer, Network, describe_network


def read(path: str | pathlib.Path) -> Network:
    """The network in a `.keras` or `.h5` file, every layer with its weights.

    Raises ConversionError, and whatever the parsers raise on a damaged file.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ConversionError(f"{path}: there is no such file")
    if zipfile.is_zipfile(path):
        return _read_keras(path)
    if h5py.is_hdf5(path):
        return _read_h5(path)
    raise ConversionError(
        f"{path}: this is neither a .keras nor an .h5 file; save the whole model with model.save('model.keras')"
    )


def _read_keras(path: pathlib.Path) -> Network:
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        metadata = json.loads(archive.read("metadata.json"))
        weights = io.BytesIO(archive.read("model.weights.h5"))
    network = describe_network(config, _major_version(metadata.get("keras_version", "3")))
    with h5py.File(weights, "r") as file:
        _take_by_class(network, file)
    _share(network)
    return network


def _read_h5(path: pathlib.Path) -> Network:
    with h5py.File(path, "r") as file:
        if "model_config" not in file.attrs:
            raise ConversionError(
                f"{path}: the file holds weights only; save the whole model with model.save('model.keras')"
            )
        config = json.loads(_text(file.attrs["model_config"]))
        network = describe_network(config, _major_version(_text(file.attrs.get("keras_version", "2"))))
        _take_by_name(network, file["model_weights"])
    _share(network)
    return network


def read_description(
    document: dict[str, Any], path: pathlib.Path, given_weights: pathlib.Path | None = None
) -> Network:
    """The network in what `model.to_json()` wrote, with the weights that `model.save_weights` wrote beside it."""
    beside = [path.with_suffix(ending) for ending in (".weights.h5", ".h5")]
    weights = given_weights or next((found for found in beside if found.is_file()), None)
    if weights is None:
        raise ConversionError(f"{path}: its weights are neither in {' nor in '.join(map(str, beside))}: --weights FILE")
    network = describe_network(document, _major_version(str(document.get("keras_version", "3"))))
    with h5py.File(weights, "r") as file:
        if "layer_names" in file.attrs:
            _take_by_name(network, file)
        else:
            _take_by_class(network, file)
    _share(network)
    return network


def _share(network: Network) -> None:
    """Further uses of a layer get the weights of the first."""
    for layer in network.layers:
        if layer.original is not None:
            layer.weights = layer.original.weights
        elif layer.network is not None:
            _share(layer.network)


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _major_version(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match.group()) if match else 3


def _take_by_class(network: Network, group: h5py.Group) -> None:
    """Gives every layer its weights out of a `.keras` file."""
    if "layers" not in group:
        raise ConversionError(
            "the file's weights are in the order of an early Keras 2 release: load the model there and save it as .h5"
        )
    counts: dict[str, int] = {}
    for layer in network.layers:
        if layer.original is not None:
            continue
        name = _snake_case(layer.stored_class)
        number = counts.get(name, 0)
        counts[name] = number + 1
        stored = group["layers"].get(f"{name}_{number}" if number else name)
        if stored is None:
            continue
        if layer.network is not None:
            _take_by_class(layer.network, stored["layer"] if layer.class_name == "TimeDistributed" else stored)
        else:
            arrays = list(_arrays_in_order(stored))
            if any(array.dtype.kind in "iu" for array in arrays):
                raise layer.refuse("its weights are integers; save the model before it is quantised")
            layer.weights = [np.asarray(array, np.float32) for array in arrays]


def _arrays_in_order(group: h5py.Group) -> Iterator[np.ndarray]:
    """The layer's own variables, then those of the layers it wraps, in the order in which Keras makes them."""
    own = group.get("vars", {})
    for number in range(len(own)):
        yield own[str(number)][()]
    for part in ("cell", "layer", "forward_layer", "backward_layer"):
        if part in group:
            yield from _arrays_in_order(group[part])


def _snake_case(name: str) -> str:
    """As Keras names layers in the file: BatchNormalization, batch_normalization; Conv2D, conv2d; LSTM, lstm."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _take_by_name(network: Network, group: h5py.Group) -> None:
    """Gives every layer its weights out of an `.h5` file."""
    for layer in network.layers:
        if layer.name not in group:
            continue
        stored = group[layer.name]
        names = [_text(name) for name in stored.attrs.get("weight_names", [])]
        _take_named(layer, {name: np.asarray(stored[name][()], np.float32) for name in names})


def _take_named(layer: Layer, arrays: dict[str, np.ndarray]) -> None:
    if layer.network is None:
        layer.weights = list(arrays.values())
        return
    for inner in layer.network.layers:
        # A network inside a network stands flat in the file; its layers are told apart by their names in the path.
        _take_named(inner, {name: array for name, array in arrays.items() if inner.name in name.split("/")})
