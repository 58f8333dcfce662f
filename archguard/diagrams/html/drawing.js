"use strict";
/* The picture: SVG, whose nodes stay the same elements while they move. */

const HEIGHT = { one: 34, two: 48 };
const MARGIN = { x: 56, y: 28 }; // around everything: the bands of layers are that much wider than what is in them

function sizeOf(item) {
  const label = widthOf(short(item.label), "600 13.5px Helvetica, Arial, sans-serif");
  const below = widthOf(sizeLabel(item), "11px Helvetica, Arial, sans-serif");
  return {
    w: Math.round(Math.max(72, label + (item.canOpen ? 56 : 30), below + 40)),
    h: sizeLabel(item) ? HEIGHT.two : HEIGHT.one,
  };
}

class Drawing {
  #groups = new Map();
  #places = new Map();
  #pointers = new Map();
  isDrawn = false;

  /** `on` has what to do: `node(item, event)`, `toggle(item)`, `arrow(arrow)`, `over(thing or null)`. */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.layers = Object.fromEntries(
      ["bands", "frames", "arrows", "nodes", "labels"].map((name) => [name, svg("g", { class: name })]),
    );
    this.scene = svg("g", { class: "scene" }, ...Object.values(this.layers));
    element.append(heads(), this.scene);
    this.#listen();
  }

  /** Draws what `look` says, each thing where `layOut` has put it. */
  draw(root, look) {
    this.look = look;
    this.root = root;
    this.#bands(look);
    this.#reuse(
      this.layers.frames,
      [...look.frames].filter((it) => it.parent),
      (it) => this.#frame(it),
    );
    this.#reuse(this.layers.nodes, this.#inReadingOrder(look.nodes), (it) => this.#node(it, look.inner.get(it)));
    this.layers.arrows.replaceChildren(...look.arrows.map((arrow) => this.#arrow(arrow)));
    this.#labels(look.arrows);
    this.fit(this.isDrawn);
    this.isDrawn = true; // what is seen first does not move: a page is whole as soon as it is there
  }

  #inReadingOrder(nodes) {
    return [...nodes].sort((one, other) => one.box.y - other.box.y || one.box.x - other.box.x);
  }

  #reuse(layer, items, make) {
    const focused = document.activeElement;
    const elements = items.map((item) => {
      const element = make(item);
      const before =
        this.#places.get(item) ??
        item.ancestry
          .slice(1)
          .map((it) => this.#places.get(it))
          .find(Boolean);
      element.style.transform = `translate(${before?.x ?? item.box.x}px, ${before?.y ?? item.box.y}px)`;
      this.#groups.set(item, element);
      return element;
    });
    layer.replaceChildren(...elements);
    layer.getBoundingClientRect(); // so that the way from the old place is seen
    for (const item of items) {
      this.#groups.get(item).style.transform = `translate(${item.box.x}px, ${item.box.y}px)`;
      this.#places.set(item, { x: item.box.x, y: item.box.y });
    }
    if (focused?.item && items.includes(focused.item)) this.elementOf(focused.item).focus({ preventScroll: true });
  }

  elementOf(item) {
    return this.#groups.get(item);
  }

  #bands({ shown }) {
    const layers = grouped(
      this.root.children.filter((it) => shown.has(it) && it.layer !== null),
      (it) => it.layer,
    );
    const { x, w } = this.root.box;
    this.layers.bands.replaceChildren(
      ...[...layers].map(([layer, items]) => {
        const top = Math.min(...items.map((it) => it.box.y)) - 16;
        const bottom = Math.max(...items.map((it) => it.box.y + it.box.h)) + 16;
        return svg("rect", {
          class: `band layer-${layer % 8}`,
          x: x - 40,
          y: top,
          width: w + 80,
          height: bottom - top,
          rx: 14,
        });
      }),
    );
  }

  #frame(item) {
    const { w, h } = item.box;
    const toggle = this.#button(item, 18, 16, "−", "collapse");
    const label = svg("text", { class: "label", x: 34, y: 21 }, item.label);
    const frame = svg(
      "g",
      { class: "frame", "data-name": item.name },
      svg("rect", { width: w, height: h, rx: 12 }),
      label,
      toggle,
    );
    frame.item = item;
    return frame;
  }

  #node(item, violations = []) {
    const { w, h } = item.box;
    const below = sizeLabel(item);
    const across = item.canOpen ? (w - 20) / 2 : w / 2;
    const node = svg(
      "g",
      {
        class: `node ${this.#look(item)} ${alarm(violations)}`,
        "data-name": item.name,
        tabindex: 0,
        role: "button",
        "aria-label": this.#spoken(item, violations),
      },
      item.canOpen ? svg("rect", { class: "behind", x: 4, y: 4, width: w, height: h, rx: 9 }) : null,
      svg("rect", { class: "box", width: w, height: h, rx: 9 }),
      svg("text", { class: "label", x: across, y: below ? 20 : h / 2 + 4.5 }, short(item.label)),
      below ? svg("text", { class: "small", x: across, y: 36 }, below) : null,
      item.canOpen ? this.#button(item, w - 16, h / 2, "+", "expand") : null,
      ...badges(violations, w - 2),
      svg("title", {}, [item.name, item.description].filter(Boolean).join("\n")),
    );
    node.item = item;
    return node;
  }

  #look(item) {
    if (item.focus) return "focus";
    return item.layer === null ? item.kind : `layer-${item.layer % 8}`;
  }

  #spoken(item, violations) {
    const words = [
      item.label,
      item.kind,
      sizeLabel(item),
      ...counts(violations),
    ];
    return words.filter(Boolean).join(", ") + (item.canOpen ? ", can be expanded" : "");
  }

  #button(item, x, y, sign, deed) {
    const click = (event) => {
      event.stopPropagation();
      this.on.toggle(item);
    };
    const title = svg("title", {}, `${deed} ${item.label}`);
    return svg(
      "g",
      { class: "toggle", "data-deed": deed, click },
      svg("circle", { cx: x, cy: y, r: 8 }),
      svg("text", { x, y: y + 4 }, sign),
      title,
    );
  }

  #arrow(arrow, isFaint = false) {
    const d = isFaint ? straight(arrow) : curve(arrow);
    const stroke = arrow.isTyping ? "typing" : arrow.closesCycle ? "closing" : "";
    const width = Math.min(1.2 + Math.log2(Math.max(1, arrow.count)) * 0.3, 4.2);
    const head = alarm(arrow.violations) || arrow.channel;
    const look = `${head} ${stroke}${this.isDrawn ? " appearing" : ""}`;
    const line = svg("path", { class: "line", d, "stroke-width": width, "marker-end": `url(#head-${head})` });
    const spoken = `${arrow.source.label} to ${arrow.target.label}, ${labelOf(arrow)}`;
    const element = svg(
      "g",
      {
        class: `arrow ${look}`,
        "data-from": arrow.source.name,
        "data-to": arrow.target.name,
        role: "button",
        tabindex: -1,
        "aria-label": spoken,
      },
      svg("path", { class: "reach", d }),
      line,
    );
    element.arrow = arrow;
    arrow.element = element;
    return element;
  }

  /** Writes numbers where they do not stand on each other. */
  #labels(arrows) {
    const taken = this.look.nodes.map(({ box }) => ({ ...box }));
    const labels = [...arrows].sort(
      (one, other) => other.violations.length - one.violations.length || other.count - one.count,
    );
    this.layers.labels.replaceChildren(...labels.map((arrow) => this.#label(arrow, taken)));
  }

  #label(arrow, taken) {
    const text = labelOf(arrow);
    const size = { w: widthOf(text, "11px Helvetica, Arial, sans-serif") + 6, h: 14 };
    const boxes = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.86].map((part) => {
      const [x, y] = pointAt(arrow, part);
      return { x: x - size.w / 2, y: y - size.h / 2, ...size };
    });
    const box = boxes.find((it) => !taken.some((other) => overlap(it, other)));
    if (box) taken.push(box);
    const { x, y } = box ?? boxes[0];
    const look = `count ${alarm(arrow.violations)}${box ? "" : " crowded"}`;
    arrow.label = svg("text", { class: look, x: x + size.w / 2, y: y + 11 }, text);
    return arrow.label;
  }

  /* What is lit --------------------------------------------------------------------------------------------------- */

  /** Lights `items` with their neighbours, or `arrow` with its ends; dims all else. Nothing given, nothing is dim. */
  light(items, arrow = null) {
    const { arrows, faint, nodes } = this.look;
    const touches = (it) => items.some((item) => it.source.isIn(item) || it.target.isIn(item));
    const lit = arrow ? [arrow] : arrows.filter(touches);
    this.layers.arrows.querySelectorAll(".faint").forEach((it) => it.remove());
    const extra = faint.filter((it) => (arrow ? it === arrow : touches(it)));
    this.layers.arrows.append(...extra.map((it) => this.#arrow(it, true)));
    for (const it of extra) it.element.classList.add("faint");
    const ends = new Set([...lit, ...extra].flatMap((it) => [it.source, it.target]));
    this.element.classList.toggle("dimming", Boolean(items.length || arrow));
    for (const it of nodes)
      this.elementOf(it).classList.toggle("lit", ends.has(it) || items.some((item) => it.isIn(item)));
    for (const it of [...arrows, ...extra]) it.element.classList.toggle("lit", lit.includes(it) || extra.includes(it));
    for (const it of arrows) it.label.classList.toggle("lit", lit.includes(it));
  }

  /** Marks the items that are pinned, and those that the search means. */
  mark(pinned, found) {
    for (const it of this.look.nodes) {
      this.elementOf(it).classList.toggle("pinned", pinned.has(it));
      this.elementOf(it).setAttribute("aria-pressed", pinned.has(it));
      this.elementOf(it).classList.toggle("found", found(it));
    }
    this.element.classList.toggle("searching", this.look.nodes.some(found));
  }

  /* Pan and zoom -------------------------------------------------------------------------------------------------- */

  fit(isSmooth = true) {
    const { w, h } = this.root.box;
    const { width, height } = this.element.getBoundingClientRect();
    const scale = Math.max(0.05, Math.min(1.35, width / (w + 2 * MARGIN.x), height / (h + 2 * MARGIN.y)));
    this.#see({ scale, x: (width - w * scale) / 2, y: (height - h * scale) / 2 }, isSmooth);
    this.isWhole = true;
    this.window = { width, height };
  }

  /** Shows everything again, or, of a picture that was moved, the same middle. */
  #resize() {
    if (this.isWhole) return this.fit(false);
    const { width, height } = this.element.getBoundingClientRect();
    const { scale, x, y } = this.seen;
    this.#see({ scale, x: x + (width - this.window.width) / 2, y: y + (height - this.window.height) / 2 }, false);
    this.window = { width, height };
  }

  zoom(factor, around = null) {
    const { width, height } = this.element.getBoundingClientRect();
    const [x, y] = around ?? [width / 2, height / 2];
    const scale = Math.max(0.05, Math.min(4, this.seen.scale * factor));
    const grown = scale / this.seen.scale;
    this.#see({ scale, x: x - (x - this.seen.x) * grown, y: y - (y - this.seen.y) * grown }, !around);
  }

  /** Moves the picture so that `item` is in the middle. */
  show(item) {
    const { width, height } = this.element.getBoundingClientRect();
    const scale = Math.max(this.seen.scale, 0.7);
    this.#see(
      {
        scale,
        x: width / 2 - (item.box.x + item.box.w / 2) * scale,
        y: height / 2 - (item.box.y + item.box.h / 2) * scale,
      },
      true,
    );
  }

  #see(seen, isSmooth) {
    this.seen = seen;
    this.isWhole = false;
    this.scene.classList.toggle("smooth", isSmooth);
    this.scene.style.transform = `translate(${seen.x}px, ${seen.y}px) scale(${seen.scale})`;
  }

  /** Moves the picture with a mouse or a finger; two fingers also make it larger and smaller. */
  #drag({ pointerId, clientX, clientY }) {
    const last = this.#pointers.get(pointerId);
    if (!last || (!this.wasDragged && Math.hypot(clientX - last[0], clientY - last[1]) < 4)) return;
    this.wasDragged = true;
    const before = [...this.#pointers.values()].slice(0, 2);
    this.#pointers.set(pointerId, [clientX, clientY]);
    const after = [...this.#pointers.values()].slice(0, 2);
    const [[x, y], [newX, newY]] = [between(before), between(after)];
    this.#see({ ...this.seen, x: this.seen.x + newX - x, y: this.seen.y + newY - y }, false);
    if (after.length < 2) return;
    const { left, top } = this.element.getBoundingClientRect();
    this.zoom(distance(after) / Math.max(1, distance(before)), [newX - left, newY - top]);
  }

  #listen() {
    const { element } = this;
    new ResizeObserver(() => this.seen && this.#resize()).observe(element);
    element.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const { left, top } = element.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY * 0.0016), [event.clientX - left, event.clientY - top]);
      },
      { passive: false },
    );
    element.addEventListener("pointerdown", (event) => {
      if (!this.#pointers.size) this.wasDragged = false;
      this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    });
    addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"])
      addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    element.addEventListener("click", (event) => {
      if (!this.wasDragged) this.on.click(thingAt(event.target), event);
    });
    element.addEventListener("dblclick", (event) => this.on.double(thingAt(event.target)));
    element.addEventListener("pointerover", (event) => this.on.over(thingAt(event.target)));
    element.addEventListener("pointerleave", () => this.on.over({}));
  }
}

const distance = ([one, other]) => Math.hypot(one[0] - other[0], one[1] - other[1]);
const between = (points) => [0, 1].map((at) => points.reduce((sum, it) => sum + it[at], 0) / points.length);

/** Which item or arrow an element of the picture belongs to. */
function thingAt(element) {
  const { item, arrow } = element.closest(".node, .frame, .arrow") ?? {};
  return { item, arrow };
}

function heads() {
  const kinds = ["import", "http", "rpc", "queue", "table", "broken", "known"];
  return svg(
    "defs",
    {},
    ...kinds.map((kind) =>
      svg(
        "marker",
        {
          id: `head-${kind}`,
          class: `head ${kind}`,
          viewBox: "0 0 10 10",
          refX: 9,
          refY: 5,
          markerWidth: 9,
          markerHeight: 9,
          markerUnits: "userSpaceOnUse",
          orient: "auto-start-reverse",
        },
        svg("path", { d: "M0,0.8L10,5L0,9.2z" }),
      ),
    ),
  );
}

/** `2 violations`, `3 known violations`: those that are new and those that the baseline lists. */
function counts(violations) {
  const known = violations.filter((it) => it.status === "known").length;
  const fresh = violations.length - known;
  return [fresh && counted(fresh, "violation"), known && counted(known, "known violation")].filter(Boolean);
}

/** The numbers of violations at the upper right corner of a node that ends at `x`: the new ones last. */
function badges(violations, x) {
  const known = violations.filter((it) => it.status === "known").length;
  const fresh = violations.length - known;
  const room = fresh ? widthOfBadge(fresh) + 3 : 0;
  return [known && badge(x - room, known, "known"), fresh && badge(x, fresh, "")].filter(Boolean);
}

const widthOfBadge = (number) => 11 + 7 * `${number}`.length;

function badge(x, number, look) {
  const width = widthOfBadge(number);
  const box = svg("rect", { x: x - width / 2, y: -8, width, height: 18, rx: 9 });
  return svg("g", { class: `badge ${look}` }, box, svg("text", { x, y: 5 }, `${number}`));
}

/** The way of an arrow that the layout knows nothing of. */
function straight({ source, target }) {
  const isDown = source.box.y <= target.box.y;
  const points = [
    [centre(source.box), edge(source.box, isDown)],
    [centre(target.box), edge(target.box, !isDown)],
  ];
  return curve({ points, isFlat: source.box.y === target.box.y });
}

const overlap = (one, other) =>
  one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
