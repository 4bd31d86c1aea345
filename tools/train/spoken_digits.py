"""Trains a small network for spoken digits, frame by frame from a microphone: spoken_digits.onnx.

    make build/torch/.made && export PYTHONPATH=tools/convert
    build/torch/bin/python tools/train/spoken_digits.py --speech FSDD     some minutes on one core

FSDD is the folder with fsdd.npz (speech.py). The dataset's own division: recordings 0 to 4 of each speaker and digit
are the test, which tools/train/measure_spoken_digits.py looks at and this program does not.
"""

from __future__ import annotations

import argparse
import pathlib
import time

import crnn_convert
import numpy as np
import onnx
import speech
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
SEED = 1


class SpokenDigits(nn.Module):
    """Log-mel frames [batch, frames, 20] to probabilities of the ten digits [batch, 10], once the sequence is over."""

    def __init__(self, filters: tuple[int, int] = (32, 48), units: int = 48):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(speech.BANDS, filters[0], 5, padding=2, bias=False),
            nn.BatchNorm1d(filters[0]),
            nn.ReLU(),
            nn.Conv1d(filters[0], filters[1], 3, stride=2, padding=1, bias=False),
            nn.BatchNorm1d(filters[1]),
            nn.ReLU(),
        )
        self.recurrent = nn.GRU(filters[1], units, batch_first=True)
        self.head = nn.Linear(units, 10)

    def scores(self, frames: torch.Tensor) -> torch.Tensor:
        columns = self.features(frames.transpose(1, 2)).transpose(1, 2)
        _, last = self.recurrent(columns)
        return self.head(last[-1])

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return self.scores(frames).softmax(1)


def distort(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Another speed and pitch, loudness, and noise of a room, of `sound` [samples] float32."""
    speed = random.uniform(0.85, 1.18)
    positions = np.arange(0, len(sound) - 1, speed)
    faster = np.interp(positions, np.arange(len(sound)), sound)
    noise = random.standard_normal(len(faster)) * 10 ** random.uniform(-4.5, -2)
    return (faster * random.uniform(0.25, 1.3) + noise).astype(np.float32)


def frames(clips: list[np.ndarray], random: np.random.Generator, is_distorted: bool) -> np.ndarray:
    """Log-mel frames of clips, each somewhere in a second of faint noise [clips, frames, 20] float32."""
    result = []
    for clip in clips:
        if is_distorted:
            clip = (distort(clip.astype(np.float32) / 32768, random) * 32767).clip(-32768, 32767).astype(np.int16)
        result.append(speech.log_mel(speech.placed(clip, speech.RATE, random)))
    return np.stack(result)


def train(network: nn.Module, folder: str, epochs: int, rate: float = 3e-3, size: int = 64) -> None:
    clips, labels, is_test = speech.load(folder)
    training = np.flatnonzero(~is_test)
    random = np.random.default_rng(SEED)
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    steps = epochs * (len(training) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    network.train()
    for epoch in range(epochs):
        order = random.permutation(training)
        errors = []
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size]
            inputs = torch.from_numpy(frames([clips[index] for index in chosen], random, is_distorted=True))
            scores = network.scores(inputs)
            error = nn.functional.cross_entropy(scores, torch.from_numpy(labels[chosen]), label_smoothing=0.05)
            optimizer.zero_grad()
            error.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            errors.append(error.item())
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1} of {epochs}, loss {np.mean(errors):.3f}", flush=True)
    network.eval()


def write_onnx(network: nn.Module, path: pathlib.Path) -> None:
    """With the number of frames open."""
    example = torch.zeros(1, 61, speech.BANDS)
    onnx.save(crnn_convert.torch(network, example, time_axis=1, output_names=["digit"]), str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", required=True, help="folder with fsdd.npz")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("-o", "--output", type=pathlib.Path, default=HERE / "spoken_digits.onnx")
    parser.add_argument("--weights", type=pathlib.Path, help="also write the weights for PyTorch to this file")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    network = SpokenDigits()
    start = time.monotonic()
    train(network, options.speech, options.epochs)
    print(f"trained in {(time.monotonic() - start) / 60:.1f} minutes")
    if options.weights is not None:
        torch.save(network.state_dict(), options.weights)
    write_onnx(network, options.output)


if __name__ == "__main__":
    main()
