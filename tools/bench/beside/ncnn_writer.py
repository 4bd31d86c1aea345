"""Writes ncnn's two files: the layers as text, their weights as bytes."""

import numpy as np

MAGIC = 7767517
FLOAT, INT8 = 0, 0x000D4B38  # what stands in front of weights
GATES = {"LSTM": (0, 2, 1, 3), "GRU": (1, 0, 2)}  # ncnn's order out of ONNX's: i f o c of i o f c, r z h of z r h


class Writer:
    """Layers in a row: each takes what the one before gave.

    Args:
        ranges: largest absolute value by tensor, where layers that take the tensor are to be int8; None for float.
    """

    def __init__(self, ranges=None):
        self._ranges = ranges
        self._lines, self._bytes, self._last = ["Input in 0 1 in"], [], "in"
        self._blobs = 0  # beyond one for each layer
        self.has_int8 = False

    def layer(self, kind: str, states=(), **parameters) -> None:
        """`parameters`: p0=…, by ncnn's numbers; several values make an array. `states`: (input, output) by name."""
        before, self._last = self._last, f"b{len(self._lines)}"
        count = 1 + len(states)
        given, back = ([pair[side] for pair in states] for side in (0, 1))
        self._lines += [f"Input {name} 0 1 {name}" for name in given]
        self._blobs += len(states)
        words = [f"{kind} l{len(self._lines)} {count} {count}", before, *given, self._last, *back]
        for key, value in parameters.items():
            number = int(key[1:])
            if isinstance(value, (list, tuple)):
                words.append(f"{-23300 - number}={len(value)}," + ",".join(map(str, value)))
            else:
                words.append(f"{number}={value}")
        self._lines.append(" ".join(words))

    def convolution(self, tensor: str, weights, biases, *, stride, pads, groups: int) -> None:
        outputs, _, rows, columns = weights.shape
        top, left, bottom, right = pads
        depthwise = {"p7": groups} if groups > 1 else {}
        scales = self._scales(tensor, weights.reshape(outputs, -1))
        if scales and groups not in (1, outputs):
            scales = None
        self.layer(
            "ConvolutionDepthWise" if groups > 1 else "Convolution", p0=outputs, p1=columns, p11=rows, p3=stride[1],
            p13=stride[0], p4=left, p14=top, p15=right, p16=bottom, p5=1, p6=weights.size, **depthwise,
            **({"p8": 1 if groups > 1 else 2} if scales else {}))
        self._weights(weights, biases, scales)

    def dense(self, tensor: str, weights, biases) -> None:
        """`weights`: (outputs, inputs)."""
        scales = self._scales(tensor, weights)
        self.layer("InnerProduct", p0=len(weights), p1=1, p2=weights.size, **({"p8": 2} if scales else {}))
        self._weights(weights, biases, scales)

    def recurrent(self, kind: str, inputs, hidden, biases, states=()) -> None:
        """Weights as ONNX has them: (directions, gates * size, …). The int8 form quantises activations as they come."""
        directions, _, size = hidden.shape
        gates = GATES[kind]
        inputs, hidden = (_sorted(weights, gates) for weights in (inputs, hidden))
        own, back = (_sorted(part, gates) for part in np.split(biases, 2, axis=1))
        if kind == "LSTM":
            rows = own + back
        else:  # the reset gate takes the second bias of the candidate
            rows = np.concatenate([(own + back)[:, : 2 * size], own[:, 2 * size :], back[:, 2 * size :]], axis=1)
        is_int8 = self._ranges is not None
        self.layer(
            kind, states, p0=size, p1=inputs.size, p2=2 if directions == 2 else 0, **({"p8": 2} if is_int8 else {}))
        scales = []
        for weights in (inputs, rows, hidden):
            if is_int8 and weights is not rows:
                scales.append(127 / np.abs(weights).max(axis=2))
                self._int8(np.round(weights * scales[-1][..., np.newaxis]))
            else:
                self._float(weights, FLOAT)
        for scale in scales:
            self._float(scale)
        self.has_int8 |= is_int8

    def save(self, path) -> None:
        """Calls the last output "out"."""
        self._lines[-1] = self._lines[-1].replace(f" {self._last} ", " out ", 1)
        count = len(self._lines)
        path.write_text(f"{MAGIC}\n{count} {count + self._blobs}\n" + "\n".join(self._lines) + "\n")
        path.with_suffix(".bin").write_bytes(b"".join(self._bytes))

    def _scales(self, tensor: str, rows):
        """Of each row of weights, and of what they are multiplied with."""
        if self._ranges is None:
            return None
        self.has_int8 = True
        return 127 / np.abs(rows).max(axis=1), np.array([127 / self._ranges[tensor]])

    def _weights(self, weights, biases, scales) -> None:
        self._float(weights, FLOAT)
        self._float(biases)
        for scale in scales or ():
            self._float(scale)

    def _float(self, array, tag=None) -> None:
        if tag is not None:
            self._bytes.append(np.uint32(tag).tobytes())
        self._bytes.append(np.ascontiguousarray(array, np.float32).tobytes())

    def _int8(self, array) -> None:
        data = array.astype(np.int8).tobytes()
        self._bytes += [np.uint32(INT8).tobytes(), data, bytes(-len(data) % 4)]


def _sorted(array, gates):
    """Blocks of rows in another order."""
    blocks = np.split(array, len(gates), axis=1)
    return np.concatenate([blocks[gate] for gate in gates], axis=1)
