"""Weights without a network: arrays by name out of .npz, .safetensors, .h5, frozen graphs (.pb) and PyTorch's .pth."""

from __future__ import annotations

import json
import pathlib
import struct
from collections.abc import Iterator, Mapping

import numpy as np

from . import frozen_graph, pytorch
from .errors import ConversionError

_SAFETENSORS = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U8": np.uint8,
    "BOOL": np.bool_,
}


def read(path: pathlib.Path) -> Mapping[str, np.ndarray]:
    """All arrays of a file. What kind of file it is, its ending says. Raises ConversionError."""
    reader = _READERS.get(path.suffix)
    if reader is None:
        raise ConversionError(f"{path}: weights are read from {', '.join(_READERS)}")
    if not path.is_file():
        raise ConversionError(f"{path}: there is no such file")
    return reader(path)


def _npz(path: pathlib.Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _safetensors(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Eight bytes: the length of a JSON header that says where in the rest each array stands."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    data = memoryview(content)[8 + length :]
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        if entry["dtype"] == "BF16":
            # The upper half of a float32.
            values = (np.frombuffer(data[start:end], "<u2").astype(np.uint32) << 16).view(np.float32)
        elif entry["dtype"] in _SAFETENSORS:
            values = np.frombuffer(data[start:end], _SAFETENSORS[entry["dtype"]])
        else:
            raise ConversionError(f"{path}: array '{name}' is of the unknown type {entry['dtype']}")
        arrays[name] = values.reshape(entry["shape"])
    return arrays


def _h5(path: pathlib.Path) -> dict[str, np.ndarray]:
    import h5py

    def arrays(group: h5py.Group, prefix: str) -> Iterator[tuple[str, np.ndarray]]:
        for name, part in group.items():
            if isinstance(part, h5py.Dataset):
                yield prefix + name, part[()]
            else:
                yield from arrays(part, f"{prefix}{name}/")

    with h5py.File(path, "r") as file:
        return dict(arrays(file, ""))


def _pth(path: pathlib.Path) -> dict[str, np.ndarray]:
    """A dictionary of tensors; PyTorch itself refuses to build anything else out of the pickle."""
    torch = pytorch.library()
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ConversionError(f"{path}: PyTorch reads no plain weights from it ({error})") from error
    if not isinstance(found, Mapping):
        raise ConversionError(f"{path} holds a {type(found).__name__}, not weights by name")
    return {name: value.detach().numpy() for name, value in found.items() if hasattr(value, "detach")}


_READERS = {
    ".npz": _npz,
    ".safetensors": _safetensors,
    ".h5": _h5,
    ".hdf5": _h5,
    ".pb": frozen_graph.constants,
    ".pth": _pth,
    ".pt": _pth,
}
