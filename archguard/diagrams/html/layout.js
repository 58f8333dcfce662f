"use strict";
/* Where everything stands: layers from the longest ways, ordered by barycentre, frame by frame from the inside out. */

const GAP = { x: 26, y: 32, words: 28, frame: 18, head: 30 };
const THREAD = 16; // the room that an arrow takes on its way through a row

/* Orders ------------------------------------------------------------------------------------------------------------ */

/** The strongly connected sets, those that others lead to last (Tarjan). */
function tanglesOf(nodes, arrows) {
  const next = grouped(arrows, (it) => it.source);
  const numbers = new Map();
  const low = new Map();
  const stack = [];
  const onStack = new Set();
  const found = [];
  const visit = (node) => {
    numbers.set(node, numbers.size);
    low.set(node, numbers.get(node));
    stack.push(node);
    onStack.add(node);
    for (const { target } of next.get(node) ?? []) {
      if (!numbers.has(target)) visit(target);
      if (onStack.has(target)) low.set(node, Math.min(low.get(node), low.get(target), numbers.get(target)));
    }
    if (low.get(node) !== numbers.get(node)) return;
    const tangle = stack.splice(stack.indexOf(node));
    for (const member of tangle) onStack.delete(member);
    found.unshift(tangle);
  };
  for (const node of [...nodes].reverse()) if (!numbers.has(node)) visit(node);
  return found;
}

/** `nodes` so that little weight leads backwards, and nothing but arrows on cycles. */
function inOrder(nodes, arrows) {
  return tanglesOf(nodes, arrows).flatMap((tangle) => (tangle.length > 1 ? untangled(tangle, arrows) : tangle));
}

/** Sinks to the end, else what gives most more than it takes to the front; then each where least leads backwards. */
function untangled(tangle, arrows) {
  const members = new Set(tangle);
  const sums = new Map(tangle.map((node) => [node, new Map()]));
  const add = (one, other, weight) => sums.get(one).set(other, (sums.get(one).get(other) ?? 0) + weight);
  for (const { source, target, weight = 1 } of arrows) {
    if (!members.has(source) || !members.has(target)) continue;
    add(source, target, weight);
    add(target, source, -weight);
  }
  const gain = (node, among) =>
    [...sums.get(node)].reduce((sum, [other, weight]) => sum + (among.has(other) ? weight : 0), 0);
  const left = new Set(tangle);
  const order = [];
  while (left.size) {
    const best = [...left]
      .map((node) => [gain(node, left), node])
      .reduce((one, other) => (other[0] > one[0] ? other : one))[1];
    left.delete(best);
    order.push(best);
  }
  return sifted(order, sums);
}

function sifted(order, sums) {
  for (let round = 0; round < 10; round += 1) {
    const before = [...order];
    for (const node of before) {
      order.splice(order.indexOf(node), 1);
      order.splice(bestPlace(order, sums.get(node), before.indexOf(node)), 0, node);
    }
    if (order.every((node, at) => node === before[at])) break;
  }
  return order;
}

function bestPlace(order, sums, place) {
  let cost = 0;
  const costs = [0, ...order.map((other) => (cost += sums.get(other) ?? 0))];
  const least = Math.min(...costs);
  return costs[place] === least ? place : costs.indexOf(least);
}

/* Rows -------------------------------------------------------------------------------------------------------------- */

/** The row of each item: layers as they are given, all else as far down as the longest way to it. */
function ranked(items, threads) {
  const unit = (item) => item.layer ?? item;
  const units = [...new Set(items.map(unit))];
  const arrows = threads.map((it) => ({ source: unit(it.from), target: unit(it.to), weight: it.weight }));
  const layers = units.filter((it) => typeof it === "number").sort((one, other) => one - other);
  for (const [at, layer] of layers.slice(1).entries()) arrows.push({ source: layers[at], target: layer, weight: 1e9 });
  const order = inOrder(units, arrows);
  const place = new Map(order.map((it, at) => [it, at]));
  const down = arrows.filter((it) => place.get(it.source) < place.get(it.target));
  const rank = longestWays(order, down);
  // Nobody else stands in the row of a layer.
  return new Map(items.map((item) => [item, rank.get(unit(item)) + (layers.length && unit(item) === item ? 0.5 : 0)]));
}

/** How long the longest way to each of `order` is; what nothing leads to stands right above what it leads to. */
function longestWays(order, down) {
  const rank = new Map(order.map((it) => [it, 0]));
  const [into, out] = [grouped(down, (it) => it.target), grouped(down, (it) => it.source)];
  for (const it of order)
    for (const arrow of into.get(it) ?? []) rank.set(it, Math.max(rank.get(it), rank.get(arrow.source) + 1));
  for (const it of order.filter((each) => !into.has(each) && out.has(each))) {
    rank.set(it, Math.min(...out.get(it).map((arrow) => rank.get(arrow.target))) - 1);
  }
  return rank;
}

/** The items by row; rows that would be too wide become several. */
function rowsOf(items, threads) {
  const tied = new Set(threads.flatMap((it) => [it.from, it.to]));
  const free = items.filter((it) => !tied.has(it) && it.layer === null);
  const rank = ranked(
    items.filter((it) => !free.includes(it)),
    threads,
  );
  const ranks = [...grouped(rank.keys(), (it) => rank.get(it))]
    .sort(([one], [other]) => one - other)
    .map(([, row]) => row);
  const area = items.reduce((sum, it) => sum + (it.box.w + GAP.x) * (it.box.h + GAP.y), 0);
  const width = Math.max(560, Math.sqrt(area) * 1.7, ...items.map((it) => it.box.w));
  return [...ranks, free].filter((row) => row.length).flatMap((row) => wrapped(row, width));
}

function wrapped(row, width) {
  const total = row.reduce((sum, it) => sum + it.box.w + GAP.x, 0);
  const each = total / Math.ceil(total / (width * 1.25));
  const rows = [[]];
  let used = 0;
  for (const it of row) {
    if (used + (it.box.w + GAP.x) / 2 > each * rows.length) rows.push([]);
    rows.at(-1).push(it);
    used += it.box.w + GAP.x;
  }
  return rows.filter((each_) => each_.length);
}

/** The rows as cells, with one for each row that an arrow passes on its way; and the cells of each arrow from top to bottom. */
function threaded(rows, threads) {
  const cells = rows.map((row, at) => row.map((item) => ({ item, row: at, w: item.box.w, up: [], down: [], x: 0 })));
  const cellOf = new Map(cells.flat().map((cell) => [cell.item, cell]));
  const ties = (one, other) => {
    one.down.push(other);
    other.up.push(one);
  };
  for (const thread of threads) {
    const [top, bottom] = [cellOf.get(thread.from), cellOf.get(thread.to)].sort((one, other) => one.row - other.row);
    thread.cells = [top];
    for (let row = top.row + 1; row < bottom.row; row += 1) {
      const cell = { item: null, row, w: THREAD, up: [], down: [], x: 0 };
      cells[row].push(cell);
      thread.cells.push(cell);
    }
    if (top.row !== bottom.row) thread.cells.push(bottom);
    thread.cells.slice(1).forEach((cell, at) => ties(thread.cells[at], cell));
  }
  return cells;
}

/* Columns ----------------------------------------------------------------------------------------------------------- */

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Orders the cells of each row so that few arrows cross: each by the middle of its neighbours, to and fro. */
function uncrossed(rows) {
  const number = () => rows.forEach((row) => row.forEach((cell, at) => (cell.at = at)));
  number();
  let best = { crossings: Infinity };
  for (let sweep = 0; sweep < 16; sweep += 1) {
    const side = sweep % 2 ? "down" : "up";
    for (const row of side === "up" ? rows : [...rows].reverse()) {
      for (const cell of row) cell.wish = cell[side].length ? mean(cell[side].map((it) => it.at)) : cell.at;
      row.sort((one, other) => one.wish - other.wish || one.at - other.at).forEach((cell, at) => (cell.at = at));
    }
    const crossings = rows.reduce((sum, row) => sum + crossingsBelow(row), 0);
    if (crossings < best.crossings) best = { crossings, rows: rows.map((row) => [...row]) };
  }
  best.rows.forEach((row, at) => rows[at].splice(0, row.length, ...row));
  number();
}

function crossingsBelow(row) {
  const seen = [];
  let crossings = 0;
  for (const cell of row) {
    const targets = cell.down.map((it) => it.at);
    for (const target of targets) crossings += seen.filter((other) => other > target).length;
    seen.push(...targets);
  }
  return crossings;
}

/** Sets the middles of the cells: near those of their neighbours, and beside each other. */
function spread(rows) {
  for (const row of rows)
    settle(
      row,
      row.map(() => 0),
    );
  for (let sweep = 0; sweep < 24; sweep += 1) {
    const sides = sweep > 20 ? ["up", "down"] : [sweep % 2 ? "down" : "up"];
    for (const row of sweep % 2 ? [...rows].reverse() : rows)
      settle(
        row,
        row.map((cell) => wish(cell, sides)),
      );
  }
}

/** The mean of its neighbours; where an arrow passes, that pulls most, so that long arrows are straight. */
function wish(cell, sides) {
  const near = sides.flatMap((side) => cell[side]);
  if (!near.length) return cell.x;
  const weight = (it) => (cell.item === null && it.item === null ? 8 : 1);
  return near.reduce((sum, it) => sum + it.x * weight(it), 0) / near.reduce((sum, it) => sum + weight(it), 0);
}

/** Puts a row as near to its wishes as its widths allow: least squares, by pooling neighbours that collide. */
function settle(row, wishes) {
  let offset = 0;
  const blocks = [];
  row.forEach((cell, at) => {
    if (at) offset += (row[at - 1].w + cell.w) / 2 + (cell.item && row[at - 1].item ? GAP.x : THREAD / 2);
    cell.offset = offset;
    blocks.push({ sum: wishes[at] - offset, cells: [cell] });
    while (blocks.length > 1 && middle(blocks.at(-2)) > middle(blocks.at(-1))) {
      const last = blocks.pop();
      blocks.at(-1).sum += last.sum;
      blocks.at(-1).cells.push(...last.cells);
    }
  });
  for (const block of blocks) for (const cell of block.cells) cell.x = middle(block) + cell.offset;
}

const middle = (block) => block.sum / block.cells.length;

/* Frames and ways --------------------------------------------------------------------------------------------------- */

/** Gives every item of `look` a `box` and every arrow its `points`. `sizeOf` tells the size of a node. */
function layOut(root, look, sizeOf) {
  const levels = grouped(look.arrows.map(threadOf), (it) => it.level);
  const place = (frame) => {
    const items = frame.children.filter((it) => look.shown.has(it));
    for (const item of items) item.box = look.frames.has(item) ? place(item) : sizeOf(item);
    return placed(frame, items, levels.get(frame) ?? []);
  };
  root.box = place(root);
  root.box.x = root.box.y = 0;
  settleFrames(root, look);
  for (const threads of levels.values()) for (const thread of threads) thread.arrow.way = wayOf(thread);
  for (const arrow of look.arrows) {
    arrow.gates = [];
    arrow.points = pointsOf(arrow);
  }
  spreadGates(look.arrows);
  spreadPorts(look.arrows);
}

/** An arrow as seen in the frame that both of its ends are in. */
function threadOf(arrow) {
  const [from, to] = [arrow.source.ancestry.reverse(), arrow.target.ancestry.reverse()];
  const at = from.findIndex((it, depth) => it !== to[depth]);
  return {
    arrow,
    level: from[at - 1],
    from: from[at],
    to: to[at],
    weight: arrow.closesCycle ? 0 : arrow.violations.length ? 1 : arrow.count * 100, // what closes a cycle leads upwards
  };
}

/** Puts `items` in rows, and says how large the frame around them is. */
function placed(frame, items, threads) {
  const rows = threaded(rowsOf(items, threads), threads);
  uncrossed(rows);
  spread(rows);
  const isRoot = frame.parent === null;
  const head = isRoot ? 0 : GAP.head;
  const side = isRoot ? 0 : GAP.frame;
  const cells = rows.flat();
  const words = threads.some((it) => it.arrow.channel !== "import") ? GAP.words : 0;
  const left = cells.length ? Math.min(...cells.map((cell) => cell.x - cell.w / 2)) : 0;
  let y = head;
  for (const row of rows) {
    const height = Math.max(THREAD, ...row.map((cell) => cell.item?.box.h ?? 0));
    for (const cell of row) {
      Object.assign(cell, { x: cell.x - left + side, top: y, bottom: y + height });
      if (cell.item) Object.assign(cell.item.box, { x: cell.x - cell.w / 2, y: y + (height - cell.item.box.h) / 2 });
    }
    const leaving = row.reduce((sum, cell) => sum + cell.down.length, 0);
    y += height + (leaving ? GAP.y + words + Math.min(34, leaving * 1.3) : GAP.x);
  }
  const right = Math.max(0, ...cells.map((cell) => cell.x + cell.w / 2));
  const bottom = Math.max(0, ...cells.map((cell) => cell.bottom));
  return { w: Math.max(right + side, labelWidth(frame)), h: bottom + side };
}

const labelWidth = (frame) => (frame.parent === null ? 0 : frame.label.length * 8 + 70);

/** Turns places within frames into places on the page. */
function settleFrames(frame, look) {
  for (const item of frame.children.filter((it) => look.shown.has(it))) {
    item.box.x += frame.box.x;
    item.box.y += frame.box.y;
    if (look.frames.has(item)) settleFrames(item, look);
  }
}

/** The points on which an arrow passes rows, from its source to its target. */
function wayOf({ level, from, cells }) {
  const { x, y } = level.box;
  const passed = cells
    .filter((cell) => !cell.item)
    .map((cell) => [
      [cell.x + x, cell.top + y],
      [cell.x + x, cell.bottom + y],
    ]);
  const points = passed.flat();
  return cells[0].item === from ? points : points.reverse();
}

const centre = ({ x, w }) => x + w / 2;

/** The whole way: out of the source's frame, past the rows, into the target's frame. */
function pointsOf(arrow) {
  const { from, to } = threadOf(arrow);
  arrow.isFlat = !arrow.way.length && from.box.y < to.box.y + to.box.h && to.box.y < from.box.y + from.box.h;
  const isDown = arrow.isFlat || from.box.y < to.box.y;
  const isBelow = arrow.isFlat || !isDown;
  const start = [centre(arrow.source.box), edge(arrow.source.box, isDown)];
  const end = [centre(arrow.target.box), edge(arrow.target.box, isBelow)];
  if (arrow.isFlat) return [start, end];
  const leave = from === arrow.source ? [] : [gate(arrow, from, isDown, start, arrow.way[0] ?? end)];
  const enter = to === arrow.target ? [] : [gate(arrow, to, isBelow, end, arrow.way.at(-1) ?? start)];
  return [start, ...leave, ...arrow.way, ...enter, end];
}

const edge = (box, isBottom) => (isBottom ? box.y + box.h : box.y);

/** The point where an arrow passes the border of a frame, on its way between a point inside and one outside. */
function gate(arrow, frame, isBottom, inner, outer) {
  const point = [(inner[0] + outer[0]) / 2, edge(frame.box, isBottom)];
  arrow.gates.push({ frame, point, isBottom, outer });
  return point;
}

/** Arrows pass a border beside each other, and beside the name of the frame. */
function spreadGates(arrows) {
  for (const gates of grouped(
    arrows.flatMap((it) => it.gates),
    (it) => it.frame,
  ).values()) {
    for (const row of grouped(gates, (it) => it.isBottom).values()) {
      const { frame, isBottom } = row[0];
      const [left, right] = [frame.box.x + (isBottom ? 12 : labelWidth(frame) - 20), frame.box.x + frame.box.w - 12];
      row.sort((one, other) => one.outer[0] - other.outer[0]);
      const step = Math.min(12, Math.max(0, right - left) / row.length);
      const wishes = row.map(({ point }, at) =>
        Math.max(left + at * step, Math.min(right - (row.length - 1 - at) * step, point[0])),
      );
      const cells = row.map(() => ({ item: null, w: step - THREAD / 2 }));
      settle(cells, wishes);
      row.forEach(({ point }, at) => (point[0] = cells[at].x));
    }
  }
}

/** Arrows that leave or reach one side of a node do so beside each other, in the order of where they come from. */
function spreadPorts(arrows) {
  const ports = arrows.flatMap(({ source, target, points }) => [
    { item: source, point: points[0], next: points[1] },
    { item: target, point: points.at(-1), next: points.at(-2) },
  ]);
  for (const side of grouped(ports, (it) => it.item).values()) {
    for (const row of grouped(side, (it) => it.point[1]).values()) {
      const box = row[0].item.box;
      const step = Math.min(22, (box.w * 0.76) / row.length);
      row.sort((one, other) => one.next[0] - other.next[0]);
      row.forEach((port, at) => (port.point[0] = centre(box) + (at - (row.length - 1) / 2) * step));
    }
  }
}

/** The pieces of the way of an arrow, each a start, two points that pull, and an end; upright where it passes a row. */
function piecesOf({ points, isFlat }) {
  if (isFlat) {
    const [start, end] = [points[0], points.at(-1)];
    const low = Math.max(start[1], end[1]) + 34;
    return [[start, [start[0], low], [end[0], low], end]];
  }
  return points.slice(1).map((end, at) => {
    const start = points[at];
    const half = (start[1] + end[1]) / 2;
    return [start, [start[0], half], [end[0], half], end];
  });
}

const curve = (arrow) =>
  piecesOf(arrow)
    .map(([start, one, other, end], at) => `${at ? "" : `M${start}`}C${one} ${other} ${end}`)
    .join("");

/** Where an arrow is after a part of its pieces. */
function pointAt(arrow, part) {
  const pieces = piecesOf(arrow);
  const at = Math.min(pieces.length - 1, Math.floor(part * pieces.length));
  const t = part * pieces.length - at;
  const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  return [0, 1].map((axis) => pieces[at].reduce((sum, point, index) => sum + point[axis] * weights[index], 0));
}
