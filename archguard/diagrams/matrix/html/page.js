"use strict";
/* The matrix: rows and columns of what is folded or not, the cells between them, and what is behind one that is chosen. */

const SIDE = 30;
const STRIPE = 5;
const BRACE = 30; // the room of a line beside unfolded rows, with the name of what they are in
const AT_ONCE = 100;
const HEAVY = 10; // the binary logarithm of the count from which on a cell is darkest
const FONT = "12px Helvetica, Arial, sans-serif";

const element = (id) => document.getElementById(id);
const strength = (count) => 0.15 + 0.45 * Math.min(1, Math.log2(count + 1) / HEAVY);
const number = (count) => (count < 1000 ? `${count}` : `${Math.round(count / 1000)}k`);

class Matrix {
  constructor(data) {
    this.graph = new Graph(data);
    this.graph.allArrows = true;
    this.picture = element("matrix");
    this.panel = element("panel");
    this.draw();
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
  }

  draw() {
    const { arrows } = this.graph.look();
    this.rows = this.#rows(arrows);
    this.cells = this.#cells(arrows);
    this.depth = Math.max(0, ...this.rows.map((item) => this.#opened(item).length));
    this.left = 12 + BRACE * this.depth + Math.max(0, ...this.rows.map((it) => widthOf(it.label, FONT))) + 66;
    this.top = Math.max(0, ...this.rows.map((it) => widthOf(it.label, FONT))) + 44;
    const size = this.rows.length * SIDE;
    const [width, height] = [this.left + size + 4, this.top + size + 4];
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
      this.picture.setAttribute(name, value);
    this.picture.replaceChildren(
      ...this.#grid(size),
      ...this.rows.flatMap((item, place) => this.#labels(item, place)),
      ...this.#braces(),
      ...this.cells.map((cell) => this.#cell(cell)),
      ...this.#blocks(arrows),
    );
    this.#legend();
    this.close();
  }

  /* The order ----------------------------------------------------------------------------------------------------- */

  /** What is seen: nodes in their order; what is unfolded in the order in which little leads upwards. */
  #rows(arrows) {
    const rows = new Set();
    for (const node of this.graph.nodes)
      for (const item of this.#unfolded(this.graph.seen(node), arrows)) rows.add(item);
    return [...rows];
  }

  #unfolded(item, arrows) {
    if (!item.isOpen) return [item];
    const inner = this.graph.childrenOf(item);
    const owner = (it) => inner.find((child) => it.isIn(child));
    const among = arrows
      .map((it) => ({ source: owner(it.source), target: owner(it.target), weight: it.count }))
      .filter(({ source, target }) => source && target && source !== target);
    return inOrder(inner, among).flatMap((child) => this.#unfolded(child, arrows));
  }

  /** The unfolded packages around `item`, the innermost first; those that the view has as frames are not among them. */
  #opened(item) {
    return item.ancestry.slice(1).filter((it) => it.parent);
  }

  #cells(arrows) {
    const places = new Map(this.rows.map((item, place) => [item, place]));
    const found = grouped(arrows, (it) => `${places.get(it.target)} ${places.get(it.source)}`);
    return [...found]
      .map(([key, among]) => {
        const [row, column] = key.split(" ").map(Number);
        const violations = [...new Set(among.flatMap((it) => it.violations))];
        const count = among.reduce((sum, it) => sum + it.count, 0);
        return { row, column, arrows: among, violations, count, isCyclic: among.some((it) => it.isCyclic) };
      })
      .sort((one, other) => one.row - other.row || one.column - other.column);
  }

  /* The picture --------------------------------------------------------------------------------------------------- */

  #grid(size) {
    const { left, top, rows } = this;
    const steps = Array.from({ length: rows.length + 1 }, (_, at) => at * SIDE);
    return [
      svg("rect", { class: "grid", x: left, y: top, width: size, height: size }),
      ...steps.slice(1).map((at) => {
        const place = { x: left + at - SIDE, y: top + at - SIDE, width: SIDE, height: SIDE };
        return svg("rect", { class: "self", ...place });
      }),
      ...steps.flatMap((at) => [
        svg("path", { class: "line", d: `M${left},${top + at}h${size}` }),
        svg("path", { class: "line", d: `M${left + at},${top}v${size}` }),
      ]),
    ];
  }

  #labels(item, place) {
    const { left, top } = this;
    const at = place * SIDE;
    const middle = at + SIDE / 2;
    const { layer } = item.ancestry.find((it) => typeof it.layer === "number") ?? {};
    const look = layer === undefined ? item.kind : `layer-${layer % 8}`;
    const row = { "data-row": place };
    const column = { "data-column": place };
    const turned = `translate(${left + middle + 4} ${top - 28}) rotate(-90)`;
    const [label, ordinal] = [{ class: "label" }, { class: "label ordinal" }];
    const beside = { y: top + middle + 4, "text-anchor": "end" };
    const above = { x: left + middle, y: top - 12, "text-anchor": "middle" };
    return [
      svg("text", { ...label, ...row, ...beside, x: left - 52 }, item.label),
      svg("text", { ...ordinal, ...row, ...beside, x: left - 10 }, `${place + 1}`),
      svg("text", { ...label, ...column, transform: turned }, item.label),
      svg("text", { ...ordinal, ...column, ...above }, `${place + 1}`),
      svg("rect", { class: `stripe ${look}`, x: left - STRIPE - 2, y: top + at + 2, width: STRIPE, height: SIDE - 4 }),
      svg("rect", { class: `stripe ${look}`, x: left + at + 2, y: top - STRIPE - 2, width: SIDE - 4, height: STRIPE }),
      item.canOpen ? this.#button(item, "+", "unfold", left - 40, top + middle) : null,
    ].filter(Boolean);
  }

  #button(item, sign, deed, x, y) {
    const click = () => this.toggle(item);
    const keydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.toggle(item);
    };
    const told = `${deed} ${item.label}`;
    const data = { "data-deed": deed, "data-name": item.name };
    return svg(
      "g",
      { class: "fold", ...data, tabindex: 0, role: "button", "aria-label": told, click, keydown },
      svg("circle", { cx: x, cy: y, r: 8 }),
      svg("text", { x, y: y + 4 }, sign),
      svg("title", {}, told),
    );
  }

  /** A line beside the rows of each unfolded package, with what folds it again. */
  #braces() {
    const around = grouped(
      this.rows.flatMap((item, place) => this.#opened(item).map((it) => ({ it, place }))),
      ({ it }) => it,
    );
    return [...around].flatMap(([item, among]) => {
      const places = among.map(({ place }) => place);
      const x = 12 + BRACE * this.#opened(item).length;
      const [first, last] = [Math.min(...places), Math.max(...places)].map((place) => this.top + place * SIDE);
      const line = svg("path", { class: "brace", d: `M${x + 6},${first + 4}H${x}V${last + SIDE - 4}h6` });
      const turned = `translate(${x + 16} ${(first + last + SIDE) / 2}) rotate(-90)`;
      const name = svg("text", { class: "around", transform: turned }, short(item.label, (last - first + SIDE) / 7));
      return [line, name, this.#button(item, "−", "fold", x, first + SIDE / 2)];
    });
  }

  #cell(cell) {
    const [x, y] = [this.left + cell.column * SIDE, this.top + cell.row * SIDE];
    const look = alarm(cell.violations) || (cell.isCyclic ? "cyclic" : "");
    const told = this.#told(cell);
    const opacity = alarm(cell.violations) ? 1 : strength(cell.count).toFixed(2);
    cell.element = svg(
      "g",
      {
        class: `cell ${look}`,
        "data-row": cell.row,
        "data-column": cell.column,
        tabindex: 0,
        role: "button",
        "aria-label": told,
        mouseenter: () => this.follow(cell),
        focus: () => this.follow(cell),
        mouseleave: () => this.follow(null),
        blur: () => this.follow(null),
        click: () => this.show(cell),
        keydown: ({ key }) => (key === "Enter" || key === " ") && this.show(cell),
      },
      svg("title", {}, told),
      svg("rect", { x: x + 1, y: y + 1, width: SIDE - 2, height: SIDE - 2, "fill-opacity": opacity }),
      svg("text", { x: x + SIDE / 2, y: y + SIDE / 2 + 4 }, number(cell.count)),
    );
    return cell.element;
  }

  /** A frame around each cycle whose rows are beside each other. */
  #blocks(arrows) {
    const places = new Map(this.rows.map((item, place) => [item, place]));
    const apart = arrows.filter((it) => it.source.kind !== "rest" && it.target.kind !== "rest");
    return tanglesOf(this.rows, apart)
      .map((tangle) => tangle.map((item) => places.get(item)))
      .map((tangle) => [Math.min(...tangle), Math.max(...tangle), tangle.length])
      .filter(([first, last, length]) => length > 1 && last - first < length)
      .map(([first, , length]) => {
        const [x, y, side] = [this.left + first * SIDE, this.top + first * SIDE, length * SIDE];
        return svg("rect", { class: "block", rx: 3, x, y, width: side, height: side });
      });
  }

  #legend() {
    const has = (look) => this.cells.some(({ element: it }) => it.classList.contains(look));
    const looks = [
      ["broken", "breaks a contract"],
      ["known", "known violation, in the baseline"],
      ["cyclic", "is part of a cycle"],
    ].filter(([look]) => has(look));
    element("legend").replaceChildren(
      html("li", {}, "The column imports the row, so many times; marks above the diagonal go against the layering"),
      ...looks.map(([look, words]) => html("li", {}, html("i", { class: look }), words)),
      ...this.graph.data.notes.map((note) => html("li", {}, note)),
    );
  }

  /* What people do with it ---------------------------------------------------------------------------------------- */

  toggle(item) {
    item.isOpen = !item.isOpen;
    this.draw();
    const name = item.isOpen ? "fold" : "unfold";
    [...this.picture.querySelectorAll(`[data-deed=${name}]`)].find((it) => it.dataset.name === item.name)?.focus();
  }

  follow(cell) {
    this.picture.classList.toggle("following", Boolean(cell));
    for (const text of this.picture.querySelectorAll(".label")) {
      const { row, column } = text.dataset;
      const isLit = cell && (row === `${cell.row}` || column === `${cell.column}`);
      text.classList.toggle("lit", Boolean(isLit));
    }
  }

  /** A sentence about `cell`. */
  #told(cell) {
    const over = (it) => `${it.count} over ${it.channel.toUpperCase()}`;
    const way = (it) => (it.channel === "import" ? counted(it.count, "import") : over(it));
    const contracts = [...new Set(cell.violations.map((it) => it.contract))].sort().join(", ");
    const known = alarm(cell.violations) === "known" ? " (known)" : "";
    const broken = contracts ? `; breaks ${contracts}${known}` : "";
    return `${this.rows[cell.column].name} → ${this.rows[cell.row].name}: ${cell.arrows.map(way).join(", ")}${broken}`;
  }

  show(cell) {
    const lines = cell.arrows.flatMap((it) => it.lines).map((it) => this.#line(it));
    const shown = lines.sort((one, other) => other.isBroken - one.isBroken).slice(0, AT_ONCE);
    const items = shown.map((it) => html("li", {}, `${it.importer} → ${it.imported}`, this.#place(it.path, it.line)));
    const more = cell.count - shown.length;
    if (more > 0) items.push(html("li", {}, `and ${more} more`));
    const messages = new Map(cell.violations.map((it) => [it.message, it]));
    const wrong = [...messages.values()].map((it) => html("p", { class: alarm([it]) }, it.message));
    this.panel.replaceChildren(html("h2", {}, this.#told(cell)), ...wrong, html("ul", {}, ...items));
    this.panel.hidden = false;
    for (const it of this.cells) it.element.classList.toggle("chosen", it === cell);
  }

  /** A line by the names of its modules. */
  #line(line) {
    if (!("from" in line)) return { ...line, isBroken: false };
    const { modules } = this.graph;
    const importer = modules[line.from];
    const isBroken = Boolean(line.violations);
    return { importer: importer.name, imported: modules[line.to].name, path: importer.file, line: line.line, isBroken };
  }

  /** The place of a line: a link where it is known where the code can be read. */
  #place(path, line) {
    const text = `${path}:${line}`;
    const { source } = this.graph.data;
    if (!source || !path) return html("span", { class: "place" }, text);
    const href = source.replace("{path}", path.split("/").map(encodeURIComponent).join("/")).replace("{line}", line);
    return html("a", { class: "place", href }, text);
  }

  close() {
    this.panel.hidden = true;
    for (const it of this.cells) it.element.classList.remove("chosen");
  }
}

const page = new Matrix(JSON.parse(element("data").textContent));
