// What both parts of the page show.

export const byId = (id) => document.getElementById(id);

export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** A probability as a bar and a number. */
export function bar(probability) {
  const made = element("div", undefined, "bar");
  made.style.width = `${100 * probability}%`;
  return [made, element("span", percent(probability), "share")];
}

export const percent = (probability) => `${(100 * probability).toFixed(1)} %`;
