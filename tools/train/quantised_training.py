"""Quantisation-aware fine-tuning: the network for spoken digits learns to live with 8 bits everywhere.

    build/torch/bin/python tools/train/spoken_digits.py --speech FSDD --weights spoken_digits.pt
    build/torch/bin/python tools/train/quantised_training.py --speech FSDD --weights spoken_digits.pt -o fine_tuned.onnx

Every value is rounded in the forward pass as the packed network rounds it (docs/numerics.md): weights as s8 with one
scale for each row, after batch normalisation went into them; the input and what convolutions give as 8-bit codes with
a zero point, over the range that calibration sees; the hidden state in 7 bits. Gradients pass the rounding as if it
were not there (Y. Bengio, N. Leonard, A. Courville, "Estimating or Propagating Gradients Through Stochastic Neurons for
Conditional Computation", 2013; B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", 2018). The weights stay float: the converter rounds them in the end.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
import speech
import spoken_digits
import torch
from torch import nn


def rounded_weights(weights: torch.Tensor) -> torch.Tensor:
    """s8, symmetric, a scale for each row: -127..127 times max|w| / 127."""
    rows = weights.detach().flatten(1).abs().amax(1).clamp(min=1e-12) / 127
    scale = rows.view(-1, *[1] * (weights.dim() - 1))
    return _straight(weights, (weights / scale).round() * scale)


def rounded_values(values: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """u8 with a zero point over low..high, of which 0 is a part."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255
    zero = round(-low / scale)
    clipped = values.clamp(-zero * scale, (255 - zero) * scale)
    return _straight(clipped, (clipped / scale).round() * scale)


def rounded_state(hidden: torch.Tensor) -> torch.Tensor:
    """Seven bits over -1..1, as the operand of the recurrent weights."""
    return _straight(hidden, (hidden * 63).round() / 63)


def _straight(values: torch.Tensor, rounded: torch.Tensor) -> torch.Tensor:
    return values + (rounded - values).detach()


class Quantised(nn.Module):
    """A `SpokenDigits` whose batch normalisations are part of its convolutions; `forward` rounds, `plain` does not."""

    def __init__(self, network: spoken_digits.SpokenDigits):
        super().__init__()
        network.eval()
        first, first_norm, _, second, second_norm, _ = network.features
        self.first = torch.nn.utils.fuse_conv_bn_eval(first, first_norm)
        self.second = torch.nn.utils.fuse_conv_bn_eval(second, second_norm)
        self.recurrent, self.head = network.recurrent, network.head
        # Of the input, of both convolutions and of the last state; `calibrate` sets them.
        self.ranges = [(0.0, 1.0)] * 3

    def calibrate(self, frames: torch.Tensor) -> None:
        """Ranges by minimum and maximum."""
        with torch.no_grad():
            first = self.first(frames.transpose(1, 2)).relu()
            second = self.second(first).relu()
        self.ranges = [(values.min().item(), values.max().item()) for values in (frames, first, second)]

    def scores(self, frames: torch.Tensor) -> torch.Tensor:
        values = rounded_values(frames, *self.ranges[0]).transpose(1, 2)
        for convolution, limits in zip((self.first, self.second), self.ranges[1:]):
            weights = rounded_weights(convolution.weight)
            values = nn.functional.conv1d(
                values, weights, convolution.bias, convolution.stride, convolution.padding
            ).relu()
            values = rounded_values(values, *limits)
        hidden = self._states(values.transpose(1, 2))
        return nn.functional.linear(rounded_values(hidden, -1, 1), rounded_weights(self.head.weight), self.head.bias)

    def _states(self, values: torch.Tensor) -> torch.Tensor:
        """The last state of the GRU, step by step, so that each state can be rounded."""
        layer = self.recurrent
        input_weights, hidden_weights = rounded_weights(layer.weight_ih_l0), rounded_weights(layer.weight_hh_l0)
        gates = nn.functional.linear(values, input_weights, layer.bias_ih_l0)
        hidden = values.new_zeros(len(values), layer.hidden_size)
        for step in range(values.shape[1]):
            recurrent = nn.functional.linear(rounded_state(hidden), hidden_weights, layer.bias_hh_l0)
            (r, z, n), (hr, hz, hn) = gates[:, step].chunk(3, 1), recurrent.chunk(3, 1)
            z = (z + hz).sigmoid()
            hidden = (1 - z) * (n + (r + hr).sigmoid() * hn).tanh() + z * hidden
        return hidden

    def plain(self) -> nn.Module:
        """The float network with these weights, to be exported."""

        class Plain(nn.Module):
            def __init__(self, parts: Quantised):
                super().__init__()
                self.parts = parts

            def forward(self, frames: torch.Tensor) -> torch.Tensor:
                values = self.parts.second(self.parts.first(frames.transpose(1, 2)).relu()).relu()
                _, last = self.parts.recurrent(values.transpose(1, 2))
                return self.parts.head(last[-1]).softmax(1)

        return Plain(self)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", required=True, help="folder with fsdd.npz")
    parser.add_argument("--weights", type=pathlib.Path, required=True, help="what spoken_digits.py wrote")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(spoken_digits.SEED)
    torch.set_num_threads(1)
    network = spoken_digits.SpokenDigits()
    network.load_state_dict(torch.load(options.weights, weights_only=True))
    quantised = Quantised(network)
    clips, _, is_test = speech.load(options.speech)
    random = np.random.default_rng(spoken_digits.SEED)
    some = random.permutation(np.flatnonzero(~is_test))[:500]
    quantised.calibrate(
        torch.from_numpy(spoken_digits.frames([clips[index] for index in some], random, is_distorted=True))
    )
    spoken_digits.train(quantised, options.speech, options.epochs, options.rate)
    spoken_digits.write_onnx(quantised.plain(), options.output)


if __name__ == "__main__":
    main()
