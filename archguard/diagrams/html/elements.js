"use strict";
/* Elements and texts that all pages have. */

const SVG = "http://www.w3.org/2000/svg";

const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);
const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const short = (text, most = 36) =>
  text.length > most ? `${text.slice(0, most / 2)}…${text.slice(1 - most / 2)}` : text;

/** How many lines are behind an arrow, and how many of them break contracts: `12`, `2 of 12`, `2 + 3 known of 12`. */
function labelOf(arrow) {
  const isPart = 0 < arrow.broken && arrow.broken < arrow.count;
  const isMixed = 0 < arrow.known && arrow.known < arrow.broken;
  const broken = isMixed ? `${arrow.broken - arrow.known} + ${arrow.known} known` : arrow.broken;
  const number = isPart ? `${broken} of ${arrow.count}` : `${arrow.count}`;
  return arrow.channel === "import" ? number : `${arrow.channel.toUpperCase()} ${number}`;
}

const sizeLabel = (item) =>
  item.size && !["module", "external"].includes(item.kind) ? counted(item.size, "module") : "";

const ruler = document.createElement("canvas").getContext("2d");

function widthOf(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}
