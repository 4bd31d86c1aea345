"""A packed network, mapped from its file.

What only some of its methods need is imported by them: to import everything would take longer than to open a model.
The annotations of the modules that every program needs are in quotes, since those of `typing` take as long to make as a
model to open, and `annotations` from `__future__` half of that.
"""

import ctypes
import os
from ctypes import byref
from typing import TYPE_CHECKING, Iterable, Mapping, Optional, Sequence, Union

import numpy as np

from .errors import ArgumentError
from .library import (
    ARGUMENT,
    INPUT,
    OUTPUT,
    PORT,
    CModelOptions,
    CPortInfo,
    check,
    runtime,
    sized,
)
from .ports import Port, native_dtype, port_index
from .values import as_integer, as_path, as_text, finalizer, stream_options

if TYPE_CHECKING:
    from .arrays import Arrays
    from .decoder import Decoder
    from .explain import Explanation
    from .image import Source
    from .read import Line
    from .stream import Stream
    from .timing import Timing

    Sequences = Union[np.ndarray, Sequence[np.ndarray]]


def _file_bytes(path: bytes) -> int:
    """0 where it is gone already."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


class Model:
    """A packed network. Any number of threads may use it at once; it is unmapped when nothing refers to it any more.

    >>> model = crnn.Model("digits.crnn")
    >>> model.run(np.zeros((28, 28), np.uint8)).shape     # 28 columns of 28 pixels
    (10,)

    Args:
        path: the ``.crnn`` file. It is mapped and must not be changed meanwhile; a new file may be renamed to its name.
        isa: the name of an instruction set (`crnn.isas()`); None: the best that this processor has. All give the same
            bits.
        copy: reads the file into memory instead: whatever becomes of it afterwards changes nothing.

    Raises:
        RuntimeEnvironmentError: the file cannot be opened, or the processor lacks the instruction set.
        FileError: it is not a model, or a damaged or too new one.
    """

    def __init__(self, path: "Union[str, os.PathLike]", isa: "Optional[str]" = None, copy: bool = False):
        encoded = as_path(path)
        handle = ctypes.c_void_p()
        options = sized(CModelOptions, isa=None if isa is None else as_text("isa", isa), copy_file=bool(copy))
        check(runtime.crnn_model_open, encoded, byref(options), byref(handle))
        self._handle = handle
        self._bytes = _file_bytes(encoded)
        self._end = finalizer(self, runtime.crnn_model_destroy, handle)
        self.inputs: tuple[Port, ...] = self._ports(INPUT)
        self.outputs: tuple[Port, ...] = self._ports(OUTPUT)

    def __repr__(self) -> str:
        def names(ports):
            return ", ".join(f"{port.name}{list(port.shape)}" for port in ports)

        return f"<crnn.Model {names(self.inputs)} -> {names(self.outputs)}, {self.isa}>"

    def __reduce__(self):
        raise TypeError("a crnn.Model cannot be copied or pickled; open its file again, or share it between threads")

    def _port_info(self, direction: int, index: int) -> CPortInfo:
        info = sized(CPortInfo)
        check(runtime.crnn_model_port, self._handle, direction, index, byref(info))
        return info

    def _ports(self, direction: int) -> "tuple[Port, ...]":
        ports = []
        for index in range(runtime.crnn_model_port_count(self._handle, direction)):
            info = self._port_info(direction, index)
            ports.append(
                Port(
                    name=info.name.decode(),
                    shape=tuple(info.shape[: info.rank]),
                    dtype=native_dtype(info.native_dtype),
                    integer_scale=info.integer_scale,
                    per_sequence=bool(info.per_sequence),
                    fixed_frames=info.fixed_frames,
                    ticks=(info.rate_numerator, info.rate_denominator or 1),
                )
            )
        return tuple(ports)

    # ---- Running

    def run(
        self,
        x: "Union[Sequences, Mapping[str, Sequences], None]" = None,
        /,
        *,
        threads: int = 1,
        **inputs: "Sequences",
    ) -> "Union[Arrays, list[np.ndarray], dict[str, list[np.ndarray]]]":
        """Runs whole sequences.

        >>> model.run(columns)                            # one sequence
        >>> model.run(batch, threads=2)                   # many of one length, the same answer for each
        >>> model.run([short, long, longer], threads=2)   # many of any lengths: a list
        >>> model.run(image=columns, sound=mfcc)          # several ports, by name; or a dict

        Args:
            x: for one input port, an array of (time, *frame) or (batch, time, *frame), or a list of arrays of
                (time, *frame), whose lengths may differ; for several, a dict of such by name.
                A port with one frame per sequence takes (*frame) or (batch, *frame). float32; uint8 pixels stand for
                value / 255 and int16 samples for value / 32768 unless the port says otherwise; float64 is converted.
            threads: how many threads run the sequences of a batch or list, 1 to 65,536; 1 is the calling one. Results
                do not depend on it.
            inputs: the arrays by port name, instead of `x`. (A port that is called "threads" needs the dict.)

        Returns:
            float32, (time, *frame) or (batch, time, *frame), without the time axis where the output has one frame per
            sequence; for a list, a list of results. With several output ports, a dict by name.

        Raises:
            ArgumentError: shapes or types that the ports do not take.
            StreamStateError, CapacityError: lengths that the network does not take, such as a sequence that is too
                short for an output with one frame per sequence. Of a batch or list, the sentence tells the first such
                sequence ("item 3: ...").
        """
        from . import batch

        results = batch.run(self, self._by_port(x, inputs), threads)
        return results[0] if len(results) == 1 else {port.name: y for port, y in zip(self.outputs, results)}

    def stream(self, chunk: int = 1, maximum_frames: int = 0) -> "Stream":
        """Opens a running sequence.

        Args:
            chunk: frames that the engine takes in one step, 1 to 65,536. More is faster and takes more memory; the
                answer is the same.
            maximum_frames: the longest sequence; needed where `is_bounded`, else 0 for no end.
        """
        from .stream import Stream

        return Stream(self, chunk, maximum_frames)

    def restore(self, saved: bytes) -> "Stream":
        """A stream that goes on where `Stream.save` left one, with the same bits.

        >>> other = model.restore(stream.save())

        Args:
            saved: from a stream of the same network; it may come from another process or another processor.

        Raises:
            StreamStateError: it belongs to another model or another version of the library, or is damaged.
            CapacityError: it is cut short.
            ArgumentError: it is not bytes, or the network has several inputs or outputs.
        """
        if not isinstance(saved, (bytes, bytearray, memoryview)):
            raise ArgumentError(ARGUMENT, f"restore takes the bytes that save gave, not {type(saved).__name__}")
        from .stream import Stream

        return Stream._restored(self, bytes(saved))

    def stream_bytes(self, chunk: int = 1, maximum_frames: int = 0) -> int:
        """The memory of such a stream, known before there is one."""
        options = stream_options(chunk, maximum_frames)
        size = ctypes.c_size_t()
        check(runtime.crnn_stream_size, self._handle, byref(options), byref(size))
        return size.value

    def prepare(self, source: "Source") -> np.ndarray:
        """Makes an image into what `run` takes, by the recipe that stands in the model file.

        >>> model.run(model.prepare("seven.png"))

        Args:
            source: the path of a PNG or JPEG file, such a file's bytes, or uint8 pixels of (height, width) or
                (height, width, channels) with 1 to 4 channels (grey, grey and alpha, RGB, RGB and alpha): an array, or
                an image of Pillow.

        Returns:
            uint8, or float32 where the recipe has a mean or a deviation: (time, *frame) of the first input port.

        Raises:
            ImageError: it cannot be decoded, or the model file has no recipe for images.
        """
        from .image import prepare

        return prepare(source, self.text("preprocess"), self._port_info(INPUT, 0))

    def classify(
        self,
        sources: "Union[Source, Iterable[Source]]",
        top: "Optional[int]" = None,
        threads: "Optional[int]" = None,
        recipe: "Optional[str]" = None,
        maximum_pixels: int = 0,
        maximum_bytes: int = 0,
    ) -> "Union[dict, list[dict]]":
        """Names the classes of images.

        >>> model.classify("seven.png", top=1)
        {'file': 'seven.png', 'label': '7', 'confidence': 0.998, 'error': None}
        >>> pandas.DataFrame(model.classify(paths, top=3, threads=2))

        Args:
            sources: an image, or any number of them in a list or other iterable: paths of PNG or JPEG files, such
                files' bytes, uint8 pixels as `prepare` takes them, images of Pillow.
            top: how many classes each row names, best first, 1 to 1,000; None: 3, or all of fewer, as `crnn classify`
                does.
            threads: how many decode and run the images, 1 to 65,536; None: as many as there are processors. Rows do
                not depend on it.
            recipe: how an image becomes the input, in place of what the model file says.
            maximum_pixels, maximum_bytes: as in `decode_image`, for each image.

        Returns:
            A dict for one image; for many a list of such rows, in their order: "file" (None where it was no path),
            "label" and "confidence", "label_2", "confidence_2" and so on up to `top` (None and NaN where the network
            has fewer classes), "error": None, or why the image could not be read, and then all others are None and NaN.
            A label is the class's name, or its number where the file has no names. Of a network that gives several
            frames, the last counts.

        Raises:
            ImageError: one image, not in a list, cannot be decoded; or the model file has no recipe for images.
            ArgumentError: pixels of another type or shape; a model with several inputs.
        """
        from .classify import classify

        return classify(self, sources, top, threads, recipe, maximum_pixels, maximum_bytes)

    def explain(
        self,
        source: "Source",
        answer: "Union[str, int, None]" = None,
        cell: int = 0,
        patch: int = 0,
        threads: "Optional[int]" = None,
        recipe: "Optional[str]" = None,
        maximum_pixels: int = 0,
        maximum_bytes: int = 0,
        **decoding,
    ) -> "Explanation":
        """Tells what the answer to an image hangs on: the network runs again and again while a square patch hides
        another part of the image each time, and what counts is by how much the confidence falls (docs/explaining.md).

        >>> why = model.explain("line.png")
        >>> why.text, why.confidence
        ('2b827', 0.97)
        >>> [(symbol.text, symbol.box) for symbol in why.symbols]
        >>> matplotlib.pyplot.imshow(why.map)

        Args:
            source: an image, as `classify` takes it.
            answer: what the map is of: a class by its name or number, or a text; None: what the network answers.
            cell: the side of a cell of the map, 1 to 4,096 pixels of what `prepare` makes; 0: about a sixteenth of its
                shorter side.
            patch: the side of what is hidden at a time, 1 to 64 cells; 0: 2.
            threads: how many run the network, 1 to 65,536; None: as many as there are processors. The result does not
                depend on it.
            recipe: how an image becomes the input, in place of what the model file says.
            maximum_pixels, maximum_bytes: as in `decode_image`.
            decoding: how text is read, as `Decoder` lists it (width, lexicon, ...); without it greedily.

        Raises:
            ImageError: the image cannot be decoded, or the model file has no recipe for images.
            ArgumentError: an answer that the network does not have; a model with several inputs; pixels of another
                type or shape; a map that needs more than a million runs.
        """
        from .explain import explain

        return explain(self, source, answer, cell, patch, threads, recipe, maximum_pixels, maximum_bytes, decoding)

    def prepare_weights(self) -> int:
        """Transforms the weights of large convolutions once; ``crnn bench --prepare`` tells whether that pays.

        >>> model.prepare_weights()                       # before it runs, in no other thread
        35979328

        Returns:
            The bytes that this takes for as long as the model lives, eight times those weights; 0 where nothing is
            gained: by networks without 3 x 3 convolutions over time and height of 32 channels and more, and on
            instruction sets that are as fast without.
        """
        size = ctypes.c_size_t()
        check(runtime.crnn_model_prepare_size, self._handle, byref(size))
        if size.value:
            memory = np.empty(size.value + 63, np.uint8)
            start = -memory.ctypes.data % 64
            memory[start : start + 64] = 0
            check(runtime.crnn_model_prepare, self._handle, memory.ctypes.data + start, size.value)
            self._weights = memory
        return size.value

    # ---- What it is

    @property
    def is_bounded(self) -> bool:
        """Whether a stream needs `maximum_frames`, because a part of the network needs the whole sequence."""
        return runtime.crnn_model_is_bounded(self._handle) != 0

    @property
    def isa(self) -> str:
        """The name of the instruction set whose kernels run."""
        return runtime.crnn_model_isa(self._handle).decode()

    def timing(self, output: "Union[str, int]" = 0, input: "Union[str, int]" = 0) -> "Timing":
        """How an output follows an input in time: rates, lookahead, receptive field.

        >>> model.timing("scores", "features").lookahead

        Args:
            output: an output's name or number.
            input: an input's name or number.
        """
        from .timing import CTiming, Timing, finite

        timing = sized(CTiming)
        check(runtime.crnn_model_timing, self._handle, *self._pair(output, input), byref(timing))
        return Timing(
            depends=bool(timing.depends),
            whole_past=bool(timing.whole_past),
            whole_sequence=bool(timing.whole_sequence),
            input_frames=timing.input_frames,
            output_frames=timing.output_frames,
            lookahead=finite(timing.lookahead),
            receptive_field=finite(timing.receptive_field),
        )

    def span(
        self,
        frame: int,
        input_frames: "Optional[int]" = None,
        output: "Union[str, int]" = 0,
        input: "Union[str, int]" = 0,
    ) -> range:
        """The input frames that one output frame comes from: its window, apart from what recurrent layers remember, cut
        to the sequence.

        >>> model.span(12, input_frames=200)              # which columns of the image this character was read from
        range(43, 53)

        Args:
            frame: of the output, from 0.
            input_frames: the length of the whole sequence; None where it is not known yet.
            output: an output's name or number.
            input: an input's name or number.

        Returns:
            A range of input frames; the whole sequence where only that gives something, empty where the output does not
            depend on the input. Where the sequence's length would be its end and is not known, it ends at 2**63 - 1.
        """
        from .timing import MAXIMUM_FRAMES

        first, last = ctypes.c_int64(), ctypes.c_int64()
        frame = as_integer("frame", frame, 0, MAXIMUM_FRAMES)
        length = -1 if input_frames is None else as_integer("input_frames", input_frames, 1, MAXIMUM_FRAMES)
        pair = self._pair(output, input)
        check(runtime.crnn_model_span, self._handle, *pair, frame, length, byref(first), byref(last))
        return range(first.value, last.value + 1)

    def text(self, key: str) -> "Optional[str]":
        """A text that stands in the file ("labels", "alphabet", "preprocess", "converter", ...), or None."""
        value = runtime.crnn_model_text(self._handle, as_text("key", key))
        return None if value is None else value.decode("utf-8", "replace")

    @property
    def labels(self) -> "list[str]":
        """The names of the classes in the order of the output; empty where the file has none."""
        text = self.text("labels")
        return text.removesuffix("\n").split("\n") if text else []

    @property
    def alphabet(self) -> "Optional[str]":
        """The symbols of a network that reads text, in the order of its output; None where the file has none."""
        return self.text("alphabet")

    def read(
        self,
        sources: "Union[Source, Iterable[Source]]",
        width: int = 0,
        best: int = 1,
        threads: "Optional[int]" = None,
        recipe: "Optional[str]" = None,
        maximum_pixels: int = 0,
        maximum_bytes: int = 0,
        **options,
    ) -> "Union[Line, list[Line]]":
        """Reads the text of images of lines (CTC).

        >>> line = model.read("line.png")
        >>> line.text, line.confidence
        ('2b827', 0.97)
        >>> [image.crop(symbol.box) for symbol in line.symbols]        # where each character was seen
        >>> pandas.DataFrame(line.row for line in model.read(paths, width=16, lexicon="words.lexicon"))

        Args:
            sources: an image, or any number of them in a list or other iterable, as `classify` takes them.
            width, options: as in `decoder`; but a text may be as long as its line has frames, unless maximum_symbols is
                given.
            best: how many texts each line gives at most, best first, 1 to 1,024; more than one needs a width.
            threads: how many decode and run the images, 1 to 65,536; None: as many as there are processors. Lines do
                not depend on it.
            recipe: how an image becomes the input, in place of what the model file says.
            maximum_pixels, maximum_bytes: as in `decode_image`, for each image.

        Returns:
            A `Line` for one image; for many a list, in their order. One that could not be read has its error.

        Raises:
            ImageError: one image, not in a list, cannot be decoded; or the model file has no recipe for images.
            ArgumentError: the model has no alphabet; pixels of another type or shape.
        """
        from .read import read

        decoding = {"width": width, **options}
        return read(self, sources, threads, best, recipe, maximum_pixels, maximum_bytes, decoding)

    def decoder(self, width: int = 0, **options) -> "Decoder":
        """A decoder for a network that reads text (CTC).

        >>> model.decoder(width=16, lexicon="words.lexicon").read(columns).text
        '2b827'

        Args:
            width: 0: greedy, the best class of each frame; 1 to 1,024: a beam of so many texts.
            options: lexicon, ngram and others, as `Decoder` lists them.
        """
        from .decoder import Decoder

        return Decoder(self, width=width, **options)

    # ---- Ports

    def _by_port(self, x, named: dict) -> list:
        """The caller's arrays in port order."""
        if x is not None and named:
            raise ArgumentError(ARGUMENT, "give either an array or arrays by name, not both")
        if isinstance(x, Mapping):
            named = dict(x)
        elif x is not None:
            if len(self.inputs) != 1:
                names = ", ".join(port.name for port in self.inputs)
                raise ArgumentError(ARGUMENT, f"the model has several inputs, give arrays by name: {names}")
            return [x]
        for name in named:
            self._input_index(name)
        missing = [port.name for port in self.inputs if port.name not in named]
        if missing:
            raise ArgumentError(PORT, f"no array for the inputs: {', '.join(missing)}")
        return [named[port.name] for port in self.inputs]

    def _input_index(self, name: str) -> int:
        return port_index("input", self.inputs, name)

    def _pair(self, output: "Union[str, int]", input: "Union[str, int]") -> "tuple[int, int]":
        return port_index("output", self.outputs, output), port_index("input", self.inputs, input)
