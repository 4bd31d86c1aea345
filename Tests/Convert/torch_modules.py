"""Small PyTorch modules, one for each thing that an exporter could get wrong."""

from __future__ import annotations

import torch
from torch import nn


class Keyword(nn.Module):
    """A convolution along time and every recurrent layer: orders of gates, biases, layers, directions."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(8, 12, 3, padding=1)
        self.normalisation = nn.BatchNorm1d(12)
        self.lstm = nn.LSTM(12, 10, 2, batch_first=True)
        self.gru = nn.GRU(10, 7, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout()
        self.output = nn.Linear(14, 4)

    def forward(self, sound):
        x = torch.relu(self.normalisation(self.convolution(sound.transpose(1, 2)))).transpose(1, 2)
        x, _ = self.lstm(x)
        x, _ = self.gru(x)
        return torch.softmax(self.output(self.dropout(x)), -1)


class TextLine(nn.Module):
    """Columns of an image, read by a network with its time axis first and another recurrent function."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 3, 3, padding=1, bias=False)
        self.rnn = nn.RNN(12, 6, nonlinearity="relu")
        self.lstm = nn.LSTM(6, 5, bidirectional=True, bias=False)
        self.output = nn.Linear(10, 5)

    def forward(self, image):
        x = nn.functional.max_pool2d(nn.functional.leaky_relu(self.convolution(image), 0.1), (2, 1))
        x = x.permute(3, 0, 1, 2).flatten(2)
        x, _ = self.rnn(x)
        x, _ = self.lstm(x)
        return nn.functional.log_softmax(self.output(x), dim=-1).transpose(0, 1)


class LastStep(nn.Module):
    """The last state of a GRU, out of fewer frames than it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(5, 6, 3, stride=2)
        self.gru = nn.GRU(6, 7)
        self.output = nn.Sequential(nn.Linear(7, 6), nn.ELU(), nn.Linear(6, 3), nn.Sigmoid())

    def forward(self, features):
        x = torch.tanh(self.convolution(features)).permute(2, 0, 1)
        _, state = self.gru(x)
        return self.output(state[0])


MODULES = {"keyword": Keyword, "text_line": TextLine, "last_step": LastStep}
SHAPES = {"keyword": (1, 20, 8), "text_line": (1, 1, 8, 14), "last_step": (1, 5, 21)}
TIME_AXES = {"keyword": 1, "text_line": 3, "last_step": 2}


def randomised(module: nn.Module) -> nn.Module:
    """Weights that no initialiser would give: biases, means and variances matter, too."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, values in [*module.named_parameters(), *module.named_buffers()]:
            if values.is_floating_point():
                values.copy_(torch.randn(values.shape, generator=generator) * 0.4)
                if "var" in name:
                    values.abs_().add_(0.5)
    return module
