#!/usr/bin/env python3
"""Files of Keras, TFLite and TensorFlow, and weights with an architecture file, changed at random, for the converter's
front ends in Python.

    Tests/Fuzz/front_ends.py MINUTES [NUMBER]

For so many minutes of processor time, from case NUMBER (0) on. What is wrong lies in build/fuzz/front_ends-NUMBER.…,
and ends it with 1. An answer is an ONNX model or a ConversionError with a sentence; a finding is another exception, 20
seconds of processor time, 3 GB, or the end of the process.
"""

import io
import multiprocessing
import pathlib
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/convert"))

import crnn_convert  # noqa: E402

FIXTURES = ROOT / "Tests/Convert/fixtures"
SECONDS, BYTES = 20, 3 << 30
#: What counts and sizes are in such files, where they are little-endian.
NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def seeds():
    """The small ones: a change of them is more often a change of what matters."""
    found = sorted((ROOT / "Tests/Fuzz/seeds/front_ends").iterdir())
    found += [path for ending in ("keras", "h5", "tflite", "json") for path in sorted(FIXTURES.rglob(f"*.{ending}"))]
    return [path for path in found if path.stat().st_size < 100_000]


def changed(content, chance):
    """Some bytes, a number, or a piece of the content changed."""
    content = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 4, 16])):
        place = chance.randrange(len(content)) if content else 0
        kind = chance.randrange(6)
        if kind == 0:
            content[place : place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            content[place : place + 4] = chance.choice(NUMBERS).to_bytes(4, "little")
        elif kind == 2:
            del content[place : place + chance.randrange(1, 9)]
        elif kind == 3:
            content[place:place] = content[place : place + chance.randrange(1, 64)]
        elif kind == 4 and content:
            content[place] ^= 1 << chance.randrange(8)
        elif kind == 5 and content:
            other = chance.randrange(len(content))
            content[place : place + 8] = content[other : other + 8]
    return bytes(content)


def changed_archive(content, chance):
    """A zip file with one of its entries changed, its checksums made right."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            entry = old.read(name)
            new.writestr(name, changed(entry, chance) if name == chosen else entry)
    return result.getvalue()


def case(number):
    """The file of a number: its ending and its bytes."""
    chance = random.Random(number)
    path = chance.choice(seeds())
    content = path.read_bytes()
    # What stands around the two files of an architecture is the fuzzer's own.
    share = {".keras": 0.9, ".zip": 1}.get(path.suffix, 0)
    change = changed_archive if chance.random() < share else changed
    return path.suffix, change(content, chance)


def problem_with(path):
    """None where reading the file ends as it should. A zip file holds an architecture file and its weights."""
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            if path.suffix == ".zip":
                zipfile.ZipFile(path).extractall(folder)
                path = next(pathlib.Path(folder).glob("network.*"))
            crnn_convert.to_onnx(path)
    except crnn_convert.ConversionError as error:
        return None if len(str(error)) > 15 else f"says only {str(error)!r}"
    except OSError:
        return None
    except BaseException as error:  # noqa: BLE001
        return repr(error)
    return None


def _try_cases(numbers, folder, current, problems):
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    for number in numbers:
        current.value = number
        ending, content = case(number)
        path = folder / f"case{ending}"
        path.write_bytes(content)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        problem = problem_with(path)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if problem is not None:
            problems.put((number, problem))


def findings(numbers, folder):
    """(number, what is wrong) of the cases that end otherwise; in a process of its own, which such a case may end."""
    numbers, found = list(numbers), []
    while numbers:
        current, problems = multiprocessing.Value("q", numbers[0]), multiprocessing.SimpleQueue()
        process = multiprocessing.Process(target=_try_cases, args=(numbers, folder, current, problems))
        process.start()
        process.join()
        while not problems.empty():
            found.append(problems.get())
        if process.exitcode == 0:
            break
        found.append((current.value, f"ended with status {process.exitcode}"))
        numbers = numbers[numbers.index(current.value) + 1 :]
    return found


def main():
    minutes, first = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    folder = ROOT / "build/fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    number, start, step = first, time.process_time(), 500
    while True:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        if used.ru_utime + time.process_time() - start >= 60 * minutes:
            break
        for found, problem in findings(range(number, number + step), folder):
            ending, content = case(found)
            (folder / f"front_ends-{found}{ending}").write_bytes(content)
            sys.exit(f"front_ends: case {found}: {problem}; see build/fuzz/front_ends-{found}{ending}")
        number += step
    print(f"front_ends: {minutes:g} minutes of processor time, cases {first} to {number - 1}, no finding")


if __name__ == "__main__":
    main()
