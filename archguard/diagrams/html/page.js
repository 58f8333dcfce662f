"use strict";
/* What people do: search, pin, open and close, focus, hide, filter; by mouse and by keyboard. */

class Page {
  pinned = new Set();
  arrow = null;
  hovered = {};

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
    this.finder = new Finder(
      this.graph,
      (item) => this.show(item),
      () => this.mark(),
    );
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
    this.hovered = {};
    this.mark();
    this.light();
    const [item] = this.pinned;
    if (item) this.panel.node(item, look);
    else this.panel.close();
    tell(this.graph, look);
  }

  light() {
    this.drawing.light([...this.pinned], this.arrow);
  }

  mark() {
    this.drawing.mark(this.pinned, (item) => this.finder.means(item));
  }

  over({ item, arrow }) {
    if (item === this.hovered.item && arrow === this.hovered.arrow) return;
    this.hovered = { item, arrow };
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
    this.drawing.elementOf(this.look.nodes[0])?.focus({ preventScroll: true });
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
    for (const item of this.graph.root.everything) item.isHidden = false;
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
    if (this.pinned.size || this.arrow) this.unpin();
    else if (this.graph.focus) this.focus(null);
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
    element("picture").addEventListener(
      "focusin",
      ({ target }) => target.matches(":focus-visible") && this.over(thingAt(target)),
    );
    element("picture").addEventListener("focusout", () => this.over({}));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, dialog")) return;
    const item = document.activeElement?.item;
    const general = {
      "/": () => element("search").focus(),
      "?": () => element("help").showModal(),
      0: () => this.drawing.fit(),
      "+": () => this.drawing.zoom(1.3),
      "-": () => this.drawing.zoom(1 / 1.3),
      "[": () => this.deepen(-1),
      "]": () => this.deepen(1),
      v: () => this.flip("onlyViolations"),
      a: () => this.flip("allArrows"),
      s: () => this.showHidden(),
      l: () => this.panel.enter(),
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

const page = new Page(JSON.parse(element("data").textContent));
document.documentElement.dataset.ready = Math.round(performance.now());
