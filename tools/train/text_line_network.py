"""The network for printed lines: convolutions that halve the height four times and the width once, a GRU, CTC.

It streams: a result needs the columns a few pixels to its right, and memory for those few columns.
"""

from __future__ import annotations

import printed_lines
import torch
from torch import nn

# Columns of the picture for each result.
STRIDE = 2
BLANK = 0


class TextLine(nn.Module):
    """Pictures [batch, 1, 32, width], 1 is ink, to logarithms of probabilities [batch, width / 2, 1 + alphabet]."""

    def __init__(self, filters: tuple[int, int, int, int] = (12, 24, 40, 48), units: int = 96):
        super().__init__()
        stages = []
        before = 1
        for index, count in enumerate(filters):
            stages += [
                nn.Conv2d(before, count, 3, padding=1, bias=False),
                nn.BatchNorm2d(count),
                nn.ReLU(),
                nn.MaxPool2d((2, STRIDE if index == 0 else 1)),
            ]
            before = count
        self.features = nn.Sequential(*stages)
        self.recurrent = nn.GRU(before * printed_lines.HEIGHT // 16, units, batch_first=True)
        self.head = nn.Linear(units, 1 + len(printed_lines.ALPHABET))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        maps = self.features(image)
        columns = maps.permute(0, 3, 1, 2).flatten(2)
        hidden, _ = self.recurrent(columns)
        return self.head(hidden).log_softmax(2)


def texts(probabilities: torch.Tensor) -> list[str]:
    """The best path's text of each line of `probabilities` [lines, time, classes]."""
    result = []
    for path in probabilities.argmax(2).tolist():
        kept = [label for label, before in zip(path, [BLANK, *path]) if label not in (BLANK, before)]
        result.append("".join(printed_lines.ALPHABET[label - 1] for label in kept))
    return result
