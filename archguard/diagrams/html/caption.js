"use strict";
/* What is said about the picture: what its looks mean, what it lacks, and which filters are on. */

const element = (id) => document.getElementById(id);

const LOOKS = [
  ["broken", "breaks a contract", (arrow) => alarm(arrow.violations) === "broken"],
  ["known", "known violation, in the baseline", (arrow) => alarm(arrow.violations) === "known"],
  ["closing", "closes a cycle", (arrow) => arrow.closesCycle && !arrow.isTyping],
  ["typing", "for type checkers only", (arrow) => arrow.isTyping],
  ["http", "HTTP", (arrow) => arrow.channel === "http"],
  ["rpc", "RPC", (arrow) => arrow.channel === "rpc"],
  ["queue", "queue", (arrow) => arrow.channel === "queue"],
  ["table", "table", (arrow) => arrow.channel === "table"],
];

function tell(graph, look) {
  tellFilters(graph, look);
  const looks = LOOKS.filter(([, , has]) => look.arrows.some(has));
  element("legend").replaceChildren(...looks.map(([name, words]) => html("li", {}, sample(name), words)));
  element("notes").replaceChildren(...notesOf(graph, look).map((note) => html("li", {}, note)));
  element("said").textContent = `${counted(look.nodes.length, "node")}, ${counted(look.arrows.length, "arrow")}`;
}

function tellFilters(graph, look) {
  element("violations").setAttribute("aria-pressed", graph.onlyViolations);
  element("arrows").setAttribute("aria-pressed", graph.allArrows);
  element("arrows").hidden = !graph.allArrows && !look.faint.length;
  element("focused").hidden = !graph.focus;
  element("focused-name").textContent = graph.focus?.label ?? "";
  element("depth").textContent = counted(graph.depth, "step");
  const hidden = graph.root.everything.filter((it) => it.isHidden).length;
  element("hidden").hidden = !hidden;
  element("hidden").textContent = `${hidden} hidden: show`;
}

const sample = (name) =>
  svg(
    "svg",
    { width: 30, height: 10, "aria-hidden": "true" },
    svg("g", { class: `arrow ${name}` }, svg("path", { class: "line", d: "M1,5H29", "stroke-width": 2 })),
  );

function notesOf(graph, { nodes, arrows, faint }) {
  const notes = [...graph.data.notes];
  const most = Math.max(0, ...faint.map((it) => it.count));
  const all = faint.length + arrows.length;
  if (faint.length)
    notes.push(`${faint.length} of ${all} arrows show on hover only, each of ${counted(most, "import")} at most`);
  if (!nodes.length) notes.push(graph.onlyViolations ? "nothing breaks a contract here" : "nothing to see");
  return notes;
}
