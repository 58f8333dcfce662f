"use strict";
/* What people do: search, pin, open and close, focus, hide, filter; by mouse and by keyboard. */

const element = (id) => document.getElementById(id);

class Page {
  pinned = new Set();
  arrow = null;

  constructor(data) {
    this.graph = new Graph(data);
    this.drawing = new Drawing(element("picture"), {
      toggle: (item) => this.toggle(item),
      click: (thing, event) => this.click(thing, event),
      double: ({ item }) => item?.canOpen && this.toggle(item),
      over: (thing) => this.over(thing),
    });
    this.panel = new Panel(element("panel"), this.graph, {
      close: () => this.unpin(),
      toggle: (item) => this.toggle(item),
      focus: (item) => this.focus(item),
      hide: (item) => this.hide(item),
      arrow: (arrow) => this.pick(arrow),
    });
    this.finder = new Finder(this.graph, (item) => this.show(item), () => this.mark());
    this.#listen();
    this.draw();
  }

  /* The picture --------------------------------------------------------------------------------------------------- */

  draw() {
    const { graph } = this;
    const look = graph.look();
    layOut(graph.root, look, sizeOf);
    this.look = look;
    this.drawing.draw(graph.root, look);
    this.pinned = new Set([...this.pinned].filter((it) => look.shown.has(it)));
    this.arrow = null;
    this.mark();
    this.light();
    const [item] = this.pinned;
    if (item) this.panel.node(item, look);
    else this.panel.close();
    this.#tell();
  }

  light() {
    this.drawing.light([...this.pinned], this.arrow);
  }

  mark() {
    this.drawing.mark(this.pinned, (item) => this.finder.means(item));
  }

  over({ item, arrow }) {
    if (arrow) this.drawing.light([], arrow);
    else if (item && !item.isOpen) this.drawing.light([item]);
    else this.light();
  }

  click({ item, arrow }, event) {
    if (arrow) this.pick(arrow);
    else if (item) this.pin(item, event.shiftKey);
    else this.unpin();
  }

  pin(item, isMore = false) {
    const wasPinned = this.pinned.has(item);
    if (!isMore) this.pinned.clear();
    if (wasPinned) this.pinned.delete(item);
    else this.pinned.add(item);
    this.arrow = null;
    this.mark();
    this.light();
    if (wasPinned) this.panel.close();
    else this.panel.node(item, this.look);
  }

  pick(arrow) {
    this.pinned.clear();
    this.arrow = arrow;
    this.mark();
    this.light();
    this.panel.arrow(arrow);
  }

  unpin() {
    this.pinned.clear();
    this.arrow = null;
    this.mark();
    this.light();
    this.panel.close();
  }

  /* What is in it ------------------------------------------------------------------------------------------------- */

  toggle(item) {
    if (!item.canOpen) return;
    item.isOpen = !item.isOpen;
    this.pinned.clear();
    this.draw();
    const [first] = this.look.nodes.filter((it) => it.isIn(item));
    this.drawing.elementOf(first ?? item)?.focus({ preventScroll: true });
  }

  focus(item) {
    this.graph.focus = item;
    this.draw();
  }

  deepen(by) {
    this.graph.depth = Math.max(1, this.graph.depth + by);
    this.draw();
  }

  hide(item) {
    item.isHidden = true;
    this.pinned.delete(item);
    this.draw();
  }

  show(item) {
    this.graph.focus = null;
    this.graph.onlyViolations = false;
    this.pinned = new Set([item]);
    this.draw();
    this.drawing.show(item);
    this.drawing.elementOf(item)?.focus({ preventScroll: true });
  }

  showHidden() {
    const all = (item) => [item, ...(item.children ?? []).flatMap(all)];
    for (const item of all(this.graph.root)) item.isHidden = false;
    this.draw();
  }

  flip(name) {
    this.graph[name] = !this.graph[name];
    this.draw();
  }

  theme() {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isDark ? "light" : "dark";
  }

  escape() {
    if (element("help").open) element("help").close();
    else if (this.pinned.size || this.arrow) this.unpin();
    else if (this.graph.focus) this.focus(null);
  }

  /* What is said about it ----------------------------------------------------------------------------------------- */

  #tell() {
    const { graph, look } = this;
    element("violations").setAttribute("aria-pressed", graph.onlyViolations);
    element("arrows").setAttribute("aria-pressed", graph.allArrows);
    element("arrows").hidden = !graph.allArrows && !look.faint.length;
    element("focused").hidden = !graph.focus;
    element("focused-name").textContent = graph.focus?.label ?? "";
    element("depth").textContent = `${counted(graph.depth, "step")}`;
    const all = (item) => [item, ...(item.children ?? []).flatMap(all)];
    const hidden = all(graph.root).filter((it) => it.isHidden).length;
    element("hidden").hidden = !hidden;
    element("hidden").textContent = `${hidden} hidden: show`;
    element("legend").replaceChildren(...this.#legend(look.arrows));
    element("notes").replaceChildren(...this.#notes().map((note) => html("li", {}, note)));
    element("said").textContent = `${counted(look.nodes.length, "node")}, ${counted(look.arrows.length, "arrow")}`;
  }

  #notes() {
    const { graph, look } = this;
    const gone = look.faint.length;
    const most = Math.max(0, ...look.faint.map((it) => it.count));
    const all = gone + look.arrows.length;
    const thin = gone ? [`${gone} of ${all} arrows show on hover only, each of ${counted(most, "import")} at most`] : [];
    const empty = look.nodes.length ? [] : [graph.onlyViolations ? "nothing breaks a contract here" : "nothing to see"];
    return [...graph.data.notes, ...thin, ...empty];
  }

  #legend(arrows) {
    const told = [
      ["broken", "breaks a contract", (it) => it.violations.length],
      ["closing", "closes a cycle", (it) => it.closesCycle && !it.isTyping],
      ["typing", "for type checkers only", (it) => it.isTyping],
      ...["http", "rpc", "queue", "table"].map((name) => [name, name === "queue" || name === "table" ? name : name.toUpperCase(), (it) => it.channel === name]),
    ];
    return told.filter(([, , has]) => arrows.some(has)).map(([look, words]) => {
      const line = svg("svg", { width: 30, height: 10, "aria-hidden": "true" }, svg("g", { class: `arrow ${look}` }, svg("path", { class: "line", d: "M1,5H29", "stroke-width": 2 })));
      return html("li", {}, line, words);
    });
  }

  /* Mouse and keyboard -------------------------------------------------------------------------------------------- */

  #listen() {
    const deeds = {
      violations: () => this.flip("onlyViolations"),
      arrows: () => this.flip("allArrows"),
      fit: () => this.drawing.fit(),
      "zoom-in": () => this.drawing.zoom(1.3),
      "zoom-out": () => this.drawing.zoom(1 / 1.3),
      theme: () => this.theme(),
      question: () => element("help").showModal(),
      nearer: () => this.deepen(-1),
      further: () => this.deepen(1),
      unfocus: () => this.focus(null),
      hidden: () => this.showHidden(),
    };
    for (const [id, deed] of Object.entries(deeds)) element(id).addEventListener("click", deed);
    addEventListener("keydown", (event) => this.#key(event));
    element("picture").addEventListener("focusin", ({ target }) => this.over(thingAt(target)));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
    const item = document.activeElement?.item;
    const general = {
      "/": () => element("search").focus(),
      "?": () => element("help").showModal(),
      "0": () => this.drawing.fit(),
      "+": () => this.drawing.zoom(1.3),
      "-": () => this.drawing.zoom(1 / 1.3),
      "[": () => this.deepen(-1),
      "]": () => this.deepen(1),
      v: () => this.flip("onlyViolations"),
      a: () => this.flip("allArrows"),
      s: () => this.showHidden(),
      t: () => this.theme(),
      Escape: () => this.escape(),
    };
    const own = {
      Enter: () => this.pin(item, event.shiftKey),
      " ": () => this.pin(item, event.shiftKey),
      e: () => this.toggle(item),
      c: () => item.parent.parent && this.toggle(item.parent),
      f: () => this.focus(item),
      h: () => this.hide(item),
      ArrowUp: () => this.#step(item, 0, -1),
      ArrowDown: () => this.#step(item, 0, 1),
      ArrowLeft: () => this.#step(item, -1, 0),
      ArrowRight: () => this.#step(item, 1, 0),
    };
    const deed = (item && own[event.key]) || general[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  /** Goes from `item` to the nearest node in a direction. */
  #step(item, x, y) {
    const away = (it) => {
      const [dx, dy] = [centre(it.box) - centre(item.box), it.box.y + it.box.h / 2 - item.box.y - item.box.h / 2];
      const ahead = dx * x + dy * y;
      return ahead > 4 ? ahead + 2 * Math.abs(dx * y + dy * x) : Infinity;
    };
    const [nearest] = this.look.nodes.filter((it) => away(it) < Infinity).sort((one, other) => away(one) - away(other));
    if (nearest) this.drawing.elementOf(nearest).focus({ preventScroll: true });
  }
}

/** The search: a list of what matches, from which people choose. */
class Finder {
  constructor(graph, choose, mark) {
    Object.assign(this, { graph, choose, mark, words: [], at: 0, found: [] });
    this.all = [
      ...graph.nodes.map((item) => ({ name: item.name, item })),
      ...graph.modules.map(({ name, index }) => ({ name, index })),
    ].map((it) => ({ ...it, text: it.name.toLowerCase() }));
    this.input = element("search");
    this.list = element("found");
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#open(false));
    this.input.addEventListener("focus", () => this.search());
  }

  /** Whether the words that are searched for are in the name of `item`, or in that of one of its modules. */
  means(item) {
    if (!this.words.length) return false;
    const has = (text) => this.words.every((word) => text.includes(word));
    return has(item.name.toLowerCase()) || item.members.some((index) => has(this.graph.modules[index].name.toLowerCase()));
  }

  search() {
    this.words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = this.words.length ? this.all.filter(({ text }) => this.words.every((word) => text.includes(word))) : [];
    const once = [...grouped(matching, (it) => it.name).values()].map(([first]) => first);
    this.found = once.sort((one, other) => one.name.length - other.name.length || (one.name < other.name ? -1 : 1)).slice(0, 12);
    this.at = 0;
    this.#open(this.words.length > 0);
    this.mark();
  }

  #open(isOpen) {
    const options = this.found.map((it, at) =>
      html("li", { role: "option", id: `option-${at}`, "aria-selected": at === this.at, pointerdown: (event) => { event.preventDefault(); this.#take(it); } }, it.name),
    );
    this.list.replaceChildren(...(options.length ? options : [html("li", { class: "soft" }, "Nothing matches.")]));
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", isOpen);
    this.input.setAttribute("aria-activedescendant", isOpen && options.length ? `option-${this.at}` : "");
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      this.at = (this.at + steps[event.key] + this.found.length) % Math.max(1, this.found.length);
      this.#open(true);
      event.preventDefault();
    } else if (event.key === "Enter" && this.found.length) this.#take(this.found[this.at]);
    else if (event.key === "Escape") {
      this.input.value = "";
      this.search();
      this.input.blur();
    }
  }

  #take({ item, index }) {
    this.input.value = "";
    this.search();
    const chosen = item ?? this.graph.reveal(index);
    for (const around of chosen.ancestry.slice(1)) around.isOpen = true;
    for (const around of chosen.ancestry) around.isHidden = false;
    this.choose(chosen);
  }
}

const page = new Page(JSON.parse(element("data").textContent));
document.documentElement.dataset.ready = Math.round(performance.now());
