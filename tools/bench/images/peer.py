"""The usual Python way as a program: Pillow decodes, NumPy prepares, ONNX Runtime runs, two workers share the files.

python -m images.peer MODEL.onnx FOLDER OUT.csv --way threads|processes --workers 2 --batch 16
"""

import argparse
import concurrent.futures
import csv
import pathlib

ALPHABET = "2345678bcdefgmnpwxy"


def opened(model):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])


def texts(session, paths):
    import numpy as np
    from PIL import Image

    images = [np.asarray(Image.open(path).convert("L").resize((200, 50), Image.BILINEAR)) for path in paths]
    columns = np.stack(images).transpose(0, 2, 1)[:, None].astype(np.float32) / 255
    best = session.run(None, {session.get_inputs()[0].name: columns})[0].argmax(axis=-1)
    blank = len(ALPHABET)
    read = []
    for line in best:
        letters = line[np.append(True, line[1:] != line[:-1]) & (line != blank)]
        read.append("".join(ALPHABET[letter] for letter in letters))
    return read


_session = None


def _begin(model):
    global _session
    _session = opened(model)


def _work(paths):
    return texts(_session, paths)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out")
    parser.add_argument("--way", choices=["threads", "processes"], required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    words = parser.parse_args()
    paths = sorted(words.folder.glob("*.png"))
    groups = [paths[start : start + words.batch] for start in range(0, len(paths), words.batch)]
    if words.way == "threads":
        session = opened(words.model)
        with concurrent.futures.ThreadPoolExecutor(words.workers) as pool:
            results = list(pool.map(lambda group: texts(session, group), groups))
    else:
        with concurrent.futures.ProcessPoolExecutor(words.workers, initializer=_begin, initargs=(words.model,)) as pool:
            results = list(pool.map(_work, groups, chunksize=4))
    with open(words.out, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "text"])
        writer.writerows(zip(paths, (text for group in results for text in group)))


if __name__ == "__main__":
    main()
