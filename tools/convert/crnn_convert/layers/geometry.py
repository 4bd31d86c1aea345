"""Sizes and paddings that convolution and pooling share."""

from __future__ import annotations

from dataclasses import dataclass

from ..network import Layer
from ..onnx_graph import Tensor


@dataclass
class Window:
    """Kernel, stride and dilation along every axis between batch and channels."""

    kernel: list[int]
    strides: list[int]
    dilations: list[int]

    @classmethod
    def of(cls, layer: Layer, tensor: Tensor, kernel, strides, dilations=1) -> Window:
        """Axes in front of those that the layer knows (time, under TimeDistributed) get a window of one."""
        count = tensor.rank - 2
        return cls(*(_spread(layer, values, count) for values in (kernel, strides, dilations)))


def _spread(layer: Layer, values, count: int) -> list[int]:
    own = _spatial_axes(layer)
    values = list(values) if isinstance(values, (list, tuple)) else [values] * own
    if own > count or len(values) != own:
        raise layer.refuse(f"its input has {count} axes between batch and channels, it needs {own}")
    return [1] * (count - own) + values


def _spatial_axes(layer: Layer) -> int:
    return int(layer.class_name[-2])


def require_channels_last(layer: Layer) -> None:
    if layer.config.get("data_format") not in (None, "channels_last"):
        raise layer.refuse("data_format 'channels_first' is not supported; build the model with 'channels_last'")


def channels_second(tensor: Tensor) -> list[int]:
    """The order of axes that ONNX convolves and pools in."""
    return [0, tensor.rank - 1, *range(1, tensor.rank - 1)]


def padding(layer: Layer, tensor: Tensor, window: Window) -> tuple[dict, list[int | None]]:
    """ONNX attributes for the layer's padding, and the sizes that result."""
    kind = layer.config.get("padding", "valid")
    before: list[int] = []
    after: list[int] = []
    result: list[int | None] = []
    unknown = False
    for size, kernel, stride, dilation in zip(tensor.shape[1:-1], window.kernel, window.strides, window.dilations):
        reach = (kernel - 1) * dilation + 1
        if kind == "valid":
            pads = (0, 0)
        elif kind == "causal":
            pads = (reach - 1, 0)
        elif kind == "same":
            if size is None and stride > 1 and reach > 1:
                unknown = True
            remainder = 0 if size is None else size % stride
            total = max(reach - (remainder or stride), 0)
            pads = (total // 2, total - total // 2)
        else:
            raise layer.refuse(f"the padding '{kind}' is not supported; 'valid', 'same' and 'causal' are")
        before.append(pads[0])
        after.append(pads[1])
        result.append(None if size is None else (size + sum(pads) - reach) // stride + 1)
    if any(size is not None and size < 1 for size in result):
        raise layer.refuse(f"its window is larger than its input of {tensor.shape[1:-1]}")
    return ({"auto_pad": "SAME_UPPER"} if unknown else {"pads": before + after}), result


def outer_axis(axis: int, kept: int) -> int:
    """An axis of a layer inside TimeDistributed, counted as its wrapper's input counts."""
    return axis if axis < 0 else axis + kept - 1
