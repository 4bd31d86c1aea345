"""Networks that read a text line: the classic one, and a small one of depthwise-separable convolutions."""

from .builder import Builder

CLASSES = 37  # letters, digits and the blank
HEIGHT = 32
ROW = (2, 1), (0, 1, 0, 1)  # a pool that halves the height alone, as the paper has it: the width grows by one


def classic(path, width: int):
    """Shi, Bai and Yao 2015: seven convolutions, two bidirectional LSTM of 256. Batch normalisation is folded, as every
    contestant would do."""
    network = Builder("classic text line", seed=2015)
    x = network.pool(network.convolution("image", 1, 64, 3), (2, 2))
    x = network.pool(network.convolution(x, 64, 128, 3), (2, 2))
    x = network.convolution(x, 128, 256, 3)
    x = network.pool(network.convolution(x, 256, 256, 3), *ROW)
    x = network.convolution(x, 256, 512, 3)
    x = network.pool(network.convolution(x, 512, 512, 3), *ROW)
    x = network.columns(network.convolution(x, 512, 512, 2))
    x = network.dense(network.both_directions(x, 512, 256), 512, 256)
    network.dense(network.both_directions(x, 256, 256), 512, CLASSES, "scores")
    time = width // 4 + 1
    return network.save(path, {"image": [1, 1, HEIGHT, width]}, {"scores": [time, 1, CLASSES]})


def separable(path, width: int):
    """Six separable convolutions behind a strided one, a bidirectional LSTM of 64."""
    network = Builder("separable text line", seed=160)
    x = network.convolution("image", 1, 16, 3, stride=2)
    x = network.pool(network.separable(x, 16, 32), (2, 2))
    x = network.separable(network.separable(x, 32, 64), 64, 64)
    for channels, outputs in ((64, 128), (128, 128)):
        x = network.separable(_halved(network, x), channels, outputs)
    x = network.columns(network.separable(_halved(network, x), 128, 128))
    network.dense(network.both_directions(x, 128, 64), 128, CLASSES, "scores")
    return network.save(path, {"image": [1, 1, HEIGHT, width]}, {"scores": [width // 4, 1, CLASSES]})


def _halved(network: Builder, x: str) -> str:
    return network.node("MaxPool", x, kernel_shape=[2, 1], strides=[2, 1])
