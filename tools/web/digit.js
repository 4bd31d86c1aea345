// Reads the digit as it is drawn.
import { bar, byId, element } from "./elements.js";
import { pixelsOf } from "./pixels.js";

const STEP = 7; // of the pen by a key, in pixels
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

export async function readDigits(crnn) {
  const response = await fetch("digits.crnn");
  if (!response.ok) throw new Error("digits.crnn is not beside this page");
  const model = crnn.model(await response.arrayBuffer());
  const labels = model.text("labels").split("\n");
  const paper = byId("paper");
  const ink = paper.getContext("2d", { willReadFrequently: true });

  function clear() {
    ink.fillStyle = "white";
    ink.fillRect(0, 0, paper.width, paper.height);
    ink.lineWidth = 20;
    ink.lineCap = ink.lineJoin = "round";
    show(labels.map(() => 0), "");
  }

  function show(probabilities, answer) {
    byId("answer").textContent = answer;
    byId("bars").replaceChildren(...labels.flatMap((label, index) => [element("span", label), ...bar(probabilities[index])]));
  }

  function read() {
    const pixels = pixelsOf(ink.getImageData(0, 0, paper.width, paper.height));
    if (!pixels) return;
    const begun = performance.now();
    const [probabilities] = model.run(pixels, { chunk: 28 });
    const milliseconds = performance.now() - begun;
    show(probabilities, labels[probabilities.indexOf(Math.max(...probabilities))]);
    byId("about").textContent = `crnn ${crnn.version}, ${crnn.instructionSet}, ${milliseconds.toFixed(1)} ms`;
  }

  function stroke(from, to) {
    ink.beginPath();
    ink.moveTo(...from);
    ink.lineTo(...to);
    ink.stroke();
    read();
  }

  drawWithPointer(paper, stroke);
  drawWithKeys(paper, stroke, clear);
  byId("clear").addEventListener("click", clear);
  byId("about").textContent = `crnn ${crnn.version}, ${crnn.instructionSet}`;
  clear();
}

function drawWithPointer(paper, stroke) {
  let last = null;
  const place = (event) => {
    const box = paper.getBoundingClientRect();
    return [((event.clientX - box.left) * paper.width) / box.width, ((event.clientY - box.top) * paper.height) / box.height];
  };
  paper.addEventListener("pointerdown", (event) => {
    if (event.isTrusted) paper.setPointerCapture(event.pointerId);
    last = place(event);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    stroke(last, next);
    last = next;
  });
  for (const name of ["pointerup", "pointercancel"]) paper.addEventListener(name, () => { last = null; });
}

function drawWithKeys(paper, stroke, clear) {
  const pen = byId("pen");
  let place = [paper.width / 2, paper.height / 4];
  let isDown = false;
  const show = () => {
    [pen.style.left, pen.style.top] = place.map((value) => `${value}px`);
    pen.classList.toggle("down", isDown);
  };
  paper.addEventListener("keydown", (event) => {
    const isPen = Object.hasOwn(KEYS, event.key);
    if (isPen) {
      const next = place.map((value, axis) => Math.min(Math.max(value + KEYS[event.key][axis], 10), paper.width - 10));
      if (isDown) stroke(place, next);
      place = next;
    } else if (event.key === " ") {
      isDown = !isDown;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    pen.hidden = false;
    show();
  });
  paper.addEventListener("blur", () => {
    isDown = false;
    pen.hidden = true;
  });
}
