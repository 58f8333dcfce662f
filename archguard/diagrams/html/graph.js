"use strict";
/* What there is to see: a tree of packages and, of what is open in it, the nodes and the arrows between them. */

const LABEL_OF_ITSELF = "__init__";

/** Where the packages that a module is in end in its name: 4 and 11 in `shop.orders.lines`. */
const ends = (name) => [...name.matchAll(/::|\.|$/g)].map((found) => found.index);

/** The first packages of a name, `depth` + 1 of them. */
const upTo = (name, depth) => name.slice(0, ends(name)[depth] ?? name.length);

/** What is left of `name` inside of the package `around`. */
const inside = (name, around) => (name.startsWith(around) ? name.slice(around.length).replace(/^(::|\.)/, "") : name);

const grouped = (values, key) => {
  const found = new Map();
  for (const value of values) {
    const name = key(value);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(value);
  }
  return found;
};

/** How violations look: `broken` if one of them is new, `known` if the baseline lists all of them, "" if there are none. */
const alarm = (violations) =>
  violations.length ? (violations.every((it) => it.status === "known") ? "known" : "broken") : "";

/** A node or a frame, as it is closed or open. */
class Item {
  isOpen = false;
  isHidden = false;

  constructor(parent, { name, label, kind, members = [], children = null, layer = null, ...rest }) {
    Object.assign(this, { parent, name, label, kind, members, children, layer }, rest);
  }

  get canOpen() {
    return this.children !== null || this.members.length > 1;
  }

  /** Itself and what it is in, the innermost first. */
  get ancestry() {
    return this.parent ? [this, ...this.parent.ancestry] : [this];
  }

  /** How many modules with a file of the project are in it. */
  get size() {
    const { modules } = this.ancestry.at(-1);
    return this.members.filter((index) => modules[index].file).length;
  }

  /** Itself and what is in it, as far as it has been opened. */
  get everything() {
    return [this, ...(this.children ?? []).flatMap((child) => child.everything)];
  }

  isIn(other) {
    return this.ancestry.includes(other);
  }
}

class Graph {
  onlyViolations = false;
  allArrows = false;
  focus = null;
  depth = 1;

  constructor(data) {
    this.data = data;
    this.modules = data.modules.map(([name, file], index) => ({ name, file, index }));
    this.links = data.links.flatMap(([from, ...pairs]) =>
      Array.from({ length: pairs.length / 2 }, (_, at) => ({ from, to: pairs[2 * at], line: pairs[2 * at + 1] })),
    );
    for (const at of data.typing) this.links[at].isTyping = true;
    this.weights = new Array(this.modules.length).fill(0);
    for (const { from, to } of this.links) for (const end of [from, to]) this.weights[end] += 1;
    for (const it of data.violations) if (it.link !== null) (this.links[it.link].violations ??= []).push(it);
    this.root = this.#root();
    this.allArrows = data.limit === null;
    this.drawn = new Map(data.drawn.map(([one, other, channel, ...marks]) => [`${one} ${other} ${channel}`, marks]));
    this.places = new Map(this.nodes.map((node, at) => [node, at]));
  }

  /* The tree ------------------------------------------------------------------------------------------------------ */

  #root() {
    const root = new Item(null, { name: "", label: this.data.title, kind: "root", children: [], isOpen: true });
    root.modules = this.modules;
    const groups = new Map([["", root]]);
    const layers = new Map(this.data.groups.map((group) => [group.name, group.layer]));
    const add = (parent, fields) => {
      const item = new Item(parent, fields);
      parent.children.push(item);
      return item;
    };
    for (const group of this.data.groups.filter((it) => it.layer === null)) {
      const fields = { name: group.name, label: group.label, kind: "package", children: [], isOpen: true };
      groups.set(group.name, add(groups.get(group.parent) ?? root, fields));
    }
    this.nodes = this.data.nodes.map(({ first, last, ...node }) => {
      const members = Array.from({ length: last - first }, (_, at) => first + at);
      return add(groups.get(node.group) ?? root, { ...node, members, layer: layers.get(node.group) ?? null });
    });
    this.#gather(root);
    return root;
  }

  #gather(item) {
    if (item.children) item.members = item.children.flatMap((child) => this.#gather(child));
    return item.members;
  }

  childrenOf(item) {
    item.children ??= this.#split(item);
    return item.children;
  }

  /** The packages and modules right below `item`; of very many those with most imports, and the rest as one. */
  #split(item) {
    const all = item.members.map((index) => this.modules[index].name);
    let depth = 0;
    while (all.every((name) => upTo(name, depth) === upTo(all[0], depth))) depth += 1;
    const around = depth ? upTo(all[0], depth - 1) : "";
    const parts = grouped(item.members, (index) => upTo(this.modules[index].name, depth));
    return this.#few(
      item,
      [...parts].map(([name, members]) => this.#part(item, name, members, around)),
    );
  }

  #part(parent, name, members, around) {
    const only = members.length === 1 ? this.modules[members[0]] : null;
    const kind = !only || only.file === "" ? "package" : only.file ? "module" : "external";
    const label = inside(only?.name ?? name, around) || LABEL_OF_ITSELF;
    return new Item(parent, { name: only?.name ?? name, label, kind, members });
  }

  #few(parent, items) {
    const most = this.data.limit;
    if (most === null || items.length <= most) return items;
    const weight = (item) => item.members.reduce((sum, index) => sum + this.weights[index], 0);
    const weights = new Map(items.map((item) => [item, weight(item)]));
    const ranked = [...items].sort((one, other) => weights.get(other) - weights.get(one));
    const rest = new Item(parent, {
      name: `${parent.name}: more`,
      label: `${items.length - most + 1} more`,
      kind: "rest",
    });
    rest.members = ranked.slice(most - 1).flatMap((item) => item.members);
    for (const item of ranked.slice(most - 1)) item.parent = rest;
    rest.children = this.#few(rest, ranked.slice(most - 1));
    return [...ranked.slice(0, most - 1), rest];
  }

  /* What people do with it ---------------------------------------------------------------------------------------- */

  /** Opens what is around a module, takes it out of where there are "12 more", and says which item it is. */
  reveal(index) {
    let item = this.root;
    while (item === this.root || (item.canOpen && this.modules[index].name !== item.name)) {
      const next = this.childrenOf(item).find((child) => child.members.includes(index));
      item.isOpen = true;
      item.isHidden = false;
      item = next.kind === "rest" ? this.#takenOut(item, next, index) : next;
    }
    item.isHidden = false;
    return item;
  }

  #takenOut(parent, rest, index) {
    const item = this.childrenOf(rest).find((child) => child.members.includes(index));
    if (item.kind === "rest") return this.#takenOut(parent, item, index);
    for (const more of item.ancestry.slice(1, item.ancestry.indexOf(parent))) {
      more.members = more.members.filter((member) => !item.members.includes(member));
      more.label = `${more.label.split(" ")[0] - 1} more`;
    }
    item.parent.children = item.parent.children.filter((child) => child !== item);
    parent.children.splice(-1, 0, item);
    parent.children = parent.children.filter((child) => child.kind !== "rest" || child.members.length);
    item.parent = parent;
    return item;
  }

  /** What is seen of `item`: itself, or the closed package that it is in. */
  seen(item) {
    return item.ancestry.reverse().find((it) => !it.isOpen) ?? item;
  }

  /* The view ------------------------------------------------------------------------------------------------------ */

  /** The nodes, frames and arrows that are to be drawn. */
  look() {
    this.owners = new Array(this.modules.length).fill(null);
    const nodes = [];
    this.#walk(this.root, nodes);
    const inner = this.#violationsInside(nodes);
    const all = this.#arrows();
    const near = this.#focused(nodes, all);
    const among = all.filter((it) => near.has(it.source) && near.has(it.target));
    const arrows = this.onlyViolations ? among.filter((it) => it.violations.length) : among;
    const ends = new Set(arrows.flatMap((it) => [it.source, it.target]));
    const shown = nodes.filter((it) => near.has(it) && (!this.onlyViolations || ends.has(it) || inner.has(it)));
    const isAround = (it) => this.focus && (it.source.isIn(this.focus) || it.target.isIn(this.focus));
    const strong = new Set(this.#strong(nodes, shown, arrows, ends, isAround));
    const frames = new Set(shown.flatMap((it) => it.ancestry.slice(1).reverse()));
    return {
      nodes: shown,
      frames,
      shown: new Set([...shown, ...frames]),
      arrows: [...strong],
      faint: arrows.filter((it) => !strong.has(it)),
      inner,
    };
  }

  /** Marks the arrows of cycles, and says which are to be seen: unless something is opened or hidden, as in a picture. */
  #strong(nodes, shown, arrows, ends, isAround) {
    const isAsDrawn = nodes.length === this.nodes.length && nodes.every((it) => this.places.has(it));
    if (!isAsDrawn) markCycles([...new Set([...shown, ...ends])], arrows);
    const most = Math.max(this.data.fewArrows, this.data.arrowsPerNode * shown.length);
    if (!isAsDrawn) return this.allArrows ? arrows : thinned(arrows, most, isAround);
    const key = (it) => `${this.places.get(it.source)} ${this.places.get(it.target)} ${it.channel}`;
    const marks = (it) => this.drawn.get(key(it));
    for (const it of arrows) [it.isCyclic, it.closesCycle] = marks(it);
    return arrows.filter((it) => this.allArrows || marks(it)[2] || isAround(it));
  }

  #walk(item, nodes) {
    for (const child of this.childrenOf(item).filter((it) => !it.isHidden)) {
      if (child.isOpen) this.#walk(child, nodes);
      else {
        nodes.push(child);
        for (const index of child.members) this.owners[index] = child;
      }
    }
  }

  #arrows() {
    const found = new Map();
    const ids = new Map();
    const id = (item) => ids.get(item) ?? ids.set(item, ids.size).get(item);
    const add = (source, target, channel) => {
      const key = `${id(source)} ${id(target)} ${channel}`;
      if (!found.has(key)) found.set(key, { source, target, channel, lines: [], violations: [], count: 0, broken: 0, known: 0 });
      return found.get(key);
    };
    for (const link of this.links) {
      const [source, target] = [this.owners[link.from], this.owners[link.to]];
      if (!source || !target || source === target) continue;
      const arrow = add(source, target, "import");
      arrow.lines.push(link);
      arrow.count += 1;
      if (!link.violations) continue;
      arrow.broken += 1;
      arrow.known += alarm(link.violations) === "known" ? 1 : 0;
      arrow.violations.push(...link.violations);
    }
    for (const contact of this.data.arrows) {
      const [source, target] = [contact.source, contact.target].map((at) => this.seen(this.nodes[at]));
      if (source === target || [source, target].some((it) => it.ancestry.some((around) => around.isHidden))) continue;
      const arrow = add(source, target, contact.channel);
      arrow.lines.push(...contact.lines);
      arrow.count += contact.count;
      arrow.broken += contact.broken;
      arrow.known += contact.known;
      arrow.violations.push(...contact.violations.map((at) => this.data.violations[at]));
    }
    return [...found.values()].map((it) => ({
      ...it,
      isTyping: it.lines.length > 0 && it.lines.every((line) => line.isTyping),
    }));
  }

  /** The violations that are on no arrow, by the node that they are in. */
  #violationsInside(nodes) {
    const found = new Map(nodes.map((node) => [node, []]));
    for (const it of this.data.violations.filter((violation) => !violation.isOnContact)) {
      const link = it.link === null ? null : this.links[it.link];
      const owner = link
        ? this.owners[link.from]
        : (this.owners[it.module] ?? (it.node === null ? null : this.seen(this.nodes[it.node])));
      if (!link || owner === this.owners[link.to]) found.get(owner)?.push(it);
    }
    return new Map([...found].filter(([, violations]) => violations.length));
  }

  /** What is no further than `depth` steps from the item in focus; everything if there is none. */
  #focused(nodes, arrows) {
    if (!this.focus) return new Set([...nodes, ...arrows.flatMap((it) => [it.source, it.target])]);
    const start = nodes.filter((it) => it.isIn(this.focus));
    const found = new Set(start);
    for (const [near, far] of [
      ["source", "target"],
      ["target", "source"],
    ]) {
      let edge = new Set(start);
      for (let step = 0; step < this.depth; step += 1) {
        edge = new Set(arrows.filter((it) => edge.has(it[near])).map((it) => it[far]));
        for (const item of edge) found.add(item);
      }
    }
    return found;
  }
}

/** `arrows` without the lightest, if they are more than `most`: what breaks contracts, closes cycles or matters stays. */
function thinned(arrows, most, matters) {
  if (arrows.length <= most) return arrows;
  const ranked = [...arrows].sort((one, other) => other.count - one.count);
  const least = ranked[most].count + 1;
  const heaviest = new Map();
  for (const arrow of ranked)
    for (const end of [arrow.source, arrow.target]) if (!heaviest.has(end)) heaviest.set(end, arrow);
  const last = new Set(heaviest.values());
  const closing = grouped(
    ranked.filter((it) => it.closesCycle),
    (it) => it.source,
  );
  const closes = (one, other) => (closing.get(one) ?? []).some((it) => it.target === other);
  const stays = (it) =>
    it.count >= least ||
    it.violations.length ||
    matters(it) ||
    last.has(it) ||
    closes(it.source, it.target) ||
    closes(it.target, it.source);
  const kept = new Set(ranked.filter(stays));
  addWaysBack(kept, ranked);
  return arrows.filter((it) => kept.has(it));
}

/** Adds to `kept` the arrows of cycles without which what reaches each other would not, the lightest being tried first. */
function addWaysBack(kept, ranked) {
  const next = new Map();
  const count = (arrow, by) => {
    if (!next.has(arrow.source)) next.set(arrow.source, new Map());
    const targets = next.get(arrow.source);
    targets.set(arrow.target, (targets.get(arrow.target) ?? 0) + by);
  };
  for (const arrow of ranked) if (kept.has(arrow) || arrow.isCyclic) count(arrow, 1);
  for (const arrow of [...ranked].reverse()) {
    if (!arrow.isCyclic || kept.has(arrow)) continue;
    count(arrow, -1);
    if (isReached(next, arrow.source, arrow.target)) continue;
    count(arrow, 1);
    kept.add(arrow);
  }
}

function isReached(next, start, end) {
  const seen = new Set([start]);
  for (const node of seen) for (const [target, arrows] of next.get(node) ?? []) if (arrows) seen.add(target);
  return seen.has(end);
}

/** Tells which arrows are on cycles, and the few without which there would be none; what was folded makes no cycle. */
function markCycles(nodes, arrows) {
  const allowed = arrows
    .filter((it) => it.source.kind !== "rest" && it.target.kind !== "rest")
    .map((it) => ({ ...it, weight: it.violations.length ? it.count : 100 * it.count }));
  const tangles = tanglesOf(nodes, allowed);
  const tangleOf = new Map(tangles.flatMap((tangle, number) => tangle.map((node) => [node, number])));
  const place = new Map(inOrder(nodes, allowed).map((node, at) => [node, at]));
  for (const arrow of arrows) {
    arrow.isCyclic = tangleOf.get(arrow.source) === tangleOf.get(arrow.target);
    arrow.closesCycle = arrow.isCyclic && place.get(arrow.source) > place.get(arrow.target);
  }
}
