// Reads the digit as it is drawn. Everything happens in the page: nothing is sent anywhere.
import { load } from "./crnn.js";
import { pixelsOf } from "./pixels.js";

const paper = document.getElementById("paper");
const ink = paper.getContext("2d", { willReadFrequently: true });
const answer = document.getElementById("answer");
const bars = document.getElementById("bars");
const about = document.getElementById("about");

function clear() {
  ink.fillStyle = "white";
  ink.fillRect(0, 0, paper.width, paper.height);
  ink.lineWidth = 20;
  ink.lineCap = ink.lineJoin = "round";
  answer.textContent = "";
  bars.replaceChildren();
}

async function start() {
  const [crnn, file] = await Promise.all([load(), fetch("digits.crnn").then((response) => response.arrayBuffer())]);
  const model = crnn.model(file);
  const labels = model.text("labels").split("\n");

  function read() {
    const pixels = pixelsOf(ink.getImageData(0, 0, paper.width, paper.height));
    if (!pixels) return;
    const begun = performance.now();
    const [probabilities] = model.run(pixels, { chunk: 28 });
    const milliseconds = performance.now() - begun;
    const best = probabilities.indexOf(Math.max(...probabilities));
    answer.textContent = labels[best];
    bars.replaceChildren(...labels.flatMap((label, index) => {
      const [name, bar, share] = ["span", "div", "span"].map((tag) => document.createElement(tag));
      name.textContent = label;
      bar.style.width = `${100 * probabilities[index]}%`;
      share.textContent = `${(100 * probabilities[index]).toFixed(1)} %`;
      return [name, bar, share];
    }));
    about.textContent = `crnn ${crnn.version}, ${crnn.instructionSet}, ${milliseconds.toFixed(2)} ms`;
  }

  const place = (event) => {
    const box = paper.getBoundingClientRect();
    return [((event.clientX - box.left) * paper.width) / box.width, ((event.clientY - box.top) * paper.height) / box.height];
  };
  let last = null;
  paper.addEventListener("pointerdown", (event) => {
    if (event.isTrusted) paper.setPointerCapture(event.pointerId);
    last = place(event);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    ink.beginPath();
    ink.moveTo(...last);
    ink.lineTo(...next);
    ink.stroke();
    last = next;
    read();
  });
  for (const name of ["pointerup", "pointercancel"]) paper.addEventListener(name, () => { last = null; });
  about.textContent = `crnn ${crnn.version}, ${crnn.instructionSet}`;
  document.documentElement.dataset.ready = "yes";
}

document.getElementById("clear").addEventListener("click", clear);
clear();
start().catch((error) => { about.textContent = `The page cannot start: ${error.message}`; });
