"""The interpreter ends, or is interrupted, while threads are in the library: nothing they use is taken away."""

import signal
import subprocess
import sys

import pytest

BEGIN = """
import sys, threading, time
sys.path.insert(0, {package!r})
import crnn, numpy as np
model = crnn.Model({model!r})
x = np.zeros((200_000, 8), np.float32)
print("ready", flush=True)
"""
LOOPS = {
    "run": "model.run(x)",
    "threads": "model.run([x, x], threads=2)",
    "stream": "stream.push(x)",
}


@pytest.fixture
def begin(root, models):
    return BEGIN.format(package=str(root / "bindings/python"), model=str(models / "stream.crnn"))


@pytest.mark.parametrize("loop", LOOPS)
def test_the_end_beside_a_busy_thread(begin, loop):
    program = f"""{begin}
stream = model.stream(chunk=64)
def work():
    while True:
        {LOOPS[loop]}
threading.Thread(target=work, daemon=True).start()
time.sleep(0.5)
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (process.returncode, process.stderr) == (0, "")


def test_an_interrupted_batch(begin):
    program = f"""{begin}
while True:
    model.run([x] * 8, threads=2)
"""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", program], text=True, **pipes)
    assert process.stdout.readline() == "ready\n"
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    _, problem = process.communicate(timeout=60)
    assert process.returncode in (1, -signal.SIGINT) and problem.endswith("KeyboardInterrupt\n")
