// Reads a picture of a line of text: the text, how sure the network is, and where in the picture it saw each symbol.
import { decodeImage } from "./crnn.js";
import { bar, byId, element, percent } from "./elements.js";

const WIDTH = 16; // texts that the beam keeps
const SAMPLES = 3;

export async function readLines(crnn) {
  let model = null;
  let picture = null; // the last one, for another model

  /** Takes the bytes of a model that reads text from pictures. */
  async function use(bytes, name) {
    const opened = crnn.model(bytes);
    try {
      opened.decoder().free();
      if (opened.text("preprocess") === null) throw new Error("the file has no recipe for images: crnn convert --preprocess");
    } catch (error) {
      opened.free();
      throw error;
    }
    model?.free();
    model = opened;
    byId("model-name").textContent = name;
    byId("line-about").textContent = `It knows: ${model.text("alphabet")}`;
    if (picture) await read(picture);
  }

  async function read(blob) {
    picture = blob;
    if (!model) throw new Error("there is no model for lines of text yet: choose one");
    const pixels = await decodeImage(blob, model.text("preprocess"));
    const begun = performance.now();
    const line = model.read(pixels, { width: WIDTH });
    const milliseconds = performance.now() - begun;
    byId("line-answer").classList.remove("refused");
    byId("line-answer").textContent = line.text === "" ? "(no text)" : line.text;
    const size = `${pixels.width} × ${pixels.height} pixels`;
    byId("line-about").textContent = `Confidence ${percent(line.confidence)}, ${milliseconds.toFixed(1)} ms, ${size}`;
    show(pixels, line.symbols);
  }

  /** What goes wrong is said in place of an answer. */
  const trying = (body) => async (...given) => {
    try {
      await body(...given);
    } catch (error) {
      byId("line").hidden = true;
      byId("line-answer").classList.add("refused");
      byId("line-answer").textContent = `That did not work: ${error.message}`;
    }
  };
  const reading = trying(read);
  const using = trying(async (file) => use(await file.arrayBuffer(), file.name));
  takeFiles((file) => (file.name.endsWith(".crnn") ? using(file) : reading(file)));
  showSamples(reading);

  const response = await fetch("lines.crnn");
  if (response.ok) await use(await response.arrayBuffer(), "");
  else byId("line-about").textContent = "There is no model for lines of text beside this page: choose one.";
}

/** Whatever way a file comes by. */
function takeFiles(take) {
  const drop = byId("drop");
  const first = (files) => files?.length && take(files[0]);
  for (const id of ["picture", "model"]) {
    byId(id).addEventListener("change", (event) => {
      first(event.target.files);
      event.target.value = ""; // so that the same file can be chosen again
    });
  }
  document.addEventListener("paste", (event) => first(event.clipboardData.files));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    first(event.dataTransfer.files);
  });
}

/** Buttons for the lines that stand beside the page. */
function showSamples(read) {
  for (let index = 0; index < SAMPLES; index++) {
    const image = element("img");
    image.alt = `Read example ${index + 1}`;
    const button = element("button");
    button.append(image);
    button.addEventListener("click", async () => read(await (await fetch(image.src)).blob()));
    image.addEventListener("error", () => button.remove());
    image.src = `lines/${index}.png`;
    byId("samples").append(button);
  }
}

const visible = (text) => (text === " " ? "␣" : text);

function show(pixels, symbols) {
  const canvas = byId("source");
  [canvas.width, canvas.height] = [pixels.width, pixels.height];
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  const choose = (index, isChosen) => {
    for (const id of ["spans", "symbols"]) byId(id).children[index].classList.toggle("chosen", isChosen);
  };
  const shown = symbols.map((symbol, index) => {
    const { x, y, width, height } = symbol.box;
    const span = element("span");
    const place = { left: x / pixels.width, top: y / pixels.height, width: width / pixels.width, height: height / pixels.height };
    for (const [side, part] of Object.entries(place)) span.style[side] = `${100 * part}%`;
    span.append(element("b", visible(symbol.text)));
    const row = element("tr");
    const confidence = element("td");
    const share = element("div", undefined, "confidence");
    share.append(...bar(symbol.confidence));
    confidence.append(share);
    const isAcross = width < pixels.width;
    const [from, to] = (isAcross ? [x, x + width] : [y, y + height]).map(Math.round);
    row.append(element("td", visible(symbol.text)), confidence, element("td", `${isAcross ? "columns" : "rows"} ${from}–${to}`));
    row.tabIndex = 0;
    for (const part of [span, row]) {
      for (const event of ["pointerenter", "focus"]) part.addEventListener(event, () => choose(index, true));
      for (const event of ["pointerleave", "blur"]) part.addEventListener(event, () => choose(index, false));
    }
    return { span, row };
  });
  byId("spans").replaceChildren(...shown.map(({ span }) => span));
  byId("symbols").replaceChildren(...shown.map(({ row }) => row));
  byId("line").hidden = false;
}
