"""Trains the network for printed lines with CTC: tools/demo/lines/text_lines.onnx.

    make build/torch/.made && tools/setup train && export PYTHONPATH=tools/convert
    build/torch/bin/python tools/train/text_lines.py                  trains, about a quarter of an hour on one core
    build/torch/bin/python tools/train/text_lines.py --steps 800      less, and less well

Every line is drawn and distorted anew. The test (tools/train/measure_text_lines.py) has other words, and a font that
no line of the training is set in.
"""

from __future__ import annotations

import argparse
import pathlib
import time

import crnn_convert
import line_distortions
import numpy as np
import onnx
import printed_lines
import text_line_network
import torch

MODEL = pathlib.Path(__file__).resolve().parents[1] / "demo/lines/text_lines.onnx"
SEED = 1


def batch(count: int, random: np.random.Generator) -> tuple[torch.Tensor, list[str], torch.Tensor]:
    """Distorted lines of about one length: pictures [count, 1, 32, width], their texts, their own widths in columns."""
    length = random.integers(4, 21)
    texts = [printed_lines.text(length, random) for _ in range(count)]
    lines = [line_distortions.distort(printed_lines.render(text, random), random) for text in texts]
    widths = torch.tensor([line.shape[1] for line in lines])
    # To the right of a shorter line is paper.
    pictures = np.zeros((count, 1, printed_lines.HEIGHT, -(-int(widths.max()) // 2) * 2), np.float32)
    for picture, line in zip(pictures, lines):
        picture[0, :, : line.shape[1]] = line
    return torch.from_numpy(pictures), texts, widths


def loss(network: torch.nn.Module, pictures: torch.Tensor, texts: list[str], widths: torch.Tensor) -> torch.Tensor:
    """CTC's: A. Graves et al., "Connectionist Temporal Classification", 2006."""
    targets = torch.tensor([1 + printed_lines.ALPHABET.index(character) for text in texts for character in text])
    return torch.nn.functional.ctc_loss(
        network(pictures).transpose(0, 1),
        targets,
        widths // text_line_network.STRIDE,
        torch.tensor([len(text) for text in texts]),
        blank=text_line_network.BLANK,
        zero_infinity=True,
    )


def train(network: torch.nn.Module, steps: int, rate: float = 4e-3, size: int = 24) -> None:
    """The rate rises over the first twentieth of the steps and then falls to nothing."""
    random = np.random.default_rng(SEED)
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-3)
    network.train()
    recent = []
    for step in range(steps):
        progress = step / steps
        for group in optimizer.param_groups:
            group["lr"] = rate * min(progress / 0.05 + 0.01, (1 + np.cos(np.pi * progress)) / 2 + 1e-3)
        error = loss(network, *batch(size, random))
        optimizer.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        recent.append(error.item())
        if (step + 1) % 100 == 0:
            print(f"step {step + 1} of {steps}, loss {np.mean(recent):.3f}", flush=True)
            recent.clear()
    network.eval()


def write_onnx(network: torch.nn.Module, path: pathlib.Path) -> None:
    """With the width open."""
    example = torch.zeros(1, 1, printed_lines.HEIGHT, 200)
    onnx.save(crnn_convert.torch(network, example, time_axis=3, output_names=["characters"]), str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=3400)
    parser.add_argument("-o", "--output", type=pathlib.Path, default=MODEL)
    parser.add_argument("--weights", type=pathlib.Path, help="also write the weights for PyTorch to this file")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    network = text_line_network.TextLine()
    print(f"{sum(parameter.numel() for parameter in network.parameters())} parameters")
    start = time.monotonic()
    train(network, options.steps)
    print(f"trained in {(time.monotonic() - start) / 60:.1f} minutes")
    if options.weights is not None:
        torch.save(network.state_dict(), options.weights)
    write_onnx(network, options.output)


if __name__ == "__main__":
    main()
