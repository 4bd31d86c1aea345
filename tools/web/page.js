// Starts both parts of the page. Everything happens in it: nothing is sent anywhere.
import { load } from "./crnn.js";
import { readDigits } from "./digit.js";
import { readLines } from "./line.js";

const part = async (about, begin) => {
  try {
    await begin();
  } catch (error) {
    document.getElementById(about).textContent = `This does not work here: ${error.message}`;
  }
};
const crnn = load();
await Promise.all([
  part("about", async () => readDigits(await crnn)),
  part("line-about", async () => readLines(await crnn)),
]);
document.documentElement.dataset.ready = "yes";
