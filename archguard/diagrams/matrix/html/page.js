"use strict";
/* Follows the row and the column of the cell under the mouse or the focus, and tells what is behind one that is chosen. */

const data = JSON.parse(document.getElementById("data").textContent);
const picture = document.querySelector("svg");
const panel = document.getElementById("panel");
const cells = [...document.querySelectorAll(".cell")];

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function follow(cell) {
  picture.classList.toggle("following", Boolean(cell));
  for (const text of picture.querySelectorAll(".label")) {
    const { row, column } = text.dataset;
    const lit = cell && (row === cell.dataset.row || column === cell.dataset.column);
    text.classList.toggle("lit", Boolean(lit));
  }
}

/** The place of a line: a link where it is known where the code can be read. */
function place(path, line) {
  const text = `${path}:${line}`;
  if (!data.source || !path) return element("span", "place", text);
  const link = element("a", "place", text);
  link.href = data.source.replace("{path}", path.split("/").map(encodeURIComponent).join("/")).replace("{line}", line);
  return link;
}

function show(at) {
  const { told, broken, lines, more } = data.cells[at];
  const items = lines.map(([importer, imported, path, line]) =>
    element("li", "", `${importer} → ${imported}`, place(path, line)),
  );
  if (more > 0) items.push(element("li", "", `and ${more} more`));
  const wrong = [...new Set(broken)].map((message) => element("p", "broken", message));
  panel.replaceChildren(element("h2", "", told), ...wrong, element("ul", "", ...items));
  panel.hidden = false;
  cells.forEach((cell, number) => cell.classList.toggle("chosen", number === at));
}

function close() {
  panel.hidden = true;
  cells.forEach((cell) => cell.classList.remove("chosen"));
}

cells.forEach((cell, at) => {
  cell.setAttribute("tabindex", "0");
  cell.setAttribute("role", "button");
  cell.setAttribute("aria-label", data.cells[at].told);
  for (const event of ["mouseenter", "focus"]) cell.addEventListener(event, () => follow(cell));
  for (const event of ["mouseleave", "blur"]) cell.addEventListener(event, () => follow(null));
  cell.addEventListener("click", () => show(at));
  cell.addEventListener("keydown", ({ key }) => (key === "Enter" || key === " ") && show(at));
});
document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
