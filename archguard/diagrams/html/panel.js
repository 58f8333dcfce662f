"use strict";
/* What is said about a node or an arrow, with the lines of code behind it. */

const AT_ONCE = 100;

class Panel {
  /** `on` has what its buttons do. */
  constructor(element, graph, on) {
    Object.assign(this, { element, graph, on });
  }

  close() {
    this.element.hidden = true;
    this.shown = null;
  }

  /** The arrow: the contracts that it breaks and why, then its lines. */
  arrow(arrow) {
    const what = arrow.channel === "import" ? counted(arrow.count, "import") : labelOf(arrow);
    const marks = [
      arrow.isTyping && "for type checkers only",
      arrow.closesCycle && "closes a cycle",
      arrow.isCyclic && !arrow.closesCycle && "part of a cycle",
    ].filter(Boolean);
    this.#open(
      arrow,
      [arrow.source.label, " → ", arrow.target.label],
      [what, ...marks].join(" · "),
      this.#actions([["copy", "Copy", () => this.copy()]]),
      ...this.#violations(arrow.violations),
      ...this.#lines(arrow),
    );
  }

  /** The node: what is wrong inside, what it imports, and who imports it. */
  node(item, look) {
    const arrows = [...look.arrows, ...look.faint];
    const isByImports = arrows.every((it) => it.channel === "import");
    this.#open(
      item,
      [item.label],
      [item.kind, sizeLabel(item)].filter(Boolean).join(" · "),
      item.description ? html("p", {}, item.description) : null,
      html("p", { class: "name" }, this.#file(item) ?? item.name),
      this.#actions([
        item.canOpen && ["expand", item.isOpen ? "Collapse" : "Expand", () => this.on.toggle(item)],
        ["focus", "Focus", () => this.on.focus(item)],
        ["hide", "Hide", () => this.on.hide(item)],
        ["copy", "Copy", () => this.copy()],
      ]),
      ...this.#violations(look.inner.get(item) ?? []),
      ...this.#neighbours(
        isByImports ? "Imports" : "Reaches",
        arrows.filter((it) => it.source.isIn(item) && !it.target.isIn(item)),
        (it) => it.target,
      ),
      ...this.#neighbours(
        isByImports ? "Imported by" : "Reached by",
        arrows.filter((it) => it.target.isIn(item) && !it.source.isIn(item)),
        (it) => it.source,
      ),
    );
  }

  #open(shown, title, subtitle, ...content) {
    this.shown = shown;
    const close = html("button", { class: "close", "aria-label": "Close", click: () => this.on.close() }, "×");
    const status = html("p", { id: "copied", role: "status" });
    const head = [html("h2", {}, ...title), html("p", { class: "soft" }, subtitle)];
    this.element.replaceChildren(close, ...head, ...content.filter(Boolean), status);
    this.element.hidden = false;
    this.element.scrollTop = 0;
  }

  #actions(buttons) {
    const made = buttons.filter(Boolean).map(([id, label, click]) => html("button", { "data-deed": id, click }, label));
    return html("p", { class: "actions" }, ...made);
  }

  #violations(violations) {
    return paged(html("div"), [...new Set(violations)], (it) => this.#violation(it));
  }

  #violation(it) {
    const badges = [[it.severity, it.contract], ...(it.status === "known" ? [["", "known"]] : [])];
    return html(
      "article",
      {},
      html("p", {}, ...badges.map(([look, words]) => html("span", { class: `badge ${look}` }, words))),
      html("p", { class: "sentence" }, it.message),
      it.reason ? html("p", { class: "soft" }, `because ${it.reason}`) : null,
      html("p", {}, this.#place(it.path, it.line, it.column)),
      it.chain.length > 1 ? html("ol", { class: "chain" }, ...it.chain.map((step) => this.#step(step))) : null,
      it.fix.length ? html("ul", { class: "fix" }, ...it.fix.map((fix) => html("li", {}, fix))) : null,
    );
  }

  #step([importer, imported, path, line]) {
    return html("li", {}, html("code", {}, `${importer} → ${imported}`), " ", this.#place(path, line));
  }

  /** The lines of an arrow, those that break contracts first. */
  #lines(arrow) {
    const lines = arrow.lines.map((it) => this.#told(it)).sort((one, other) => other.isBroken - one.isBroken);
    return [html("h3", {}, "Lines"), ...paged(html("ul", { class: "lines" }), lines, (it) => this.#line(it))];
  }

  /** A line by the names of its modules; those that break contracts know their column, too. */
  #told(line) {
    if (!("from" in line)) return { ...line, isBroken: false };
    const { modules } = this.graph;
    const broken = line.violations?.[0];
    const importer = modules[line.from];
    return {
      importer: importer.name,
      imported: modules[line.to].name,
      path: importer.file,
      line: line.line,
      column: broken?.column,
      isBroken: Boolean(broken),
    };
  }

  #line({ importer, imported, path, line, column, isBroken }) {
    return html(
      "li",
      { class: isBroken ? "broken" : null },
      this.#place(path, line, column),
      html("code", {}, `${importer} → ${imported}`),
    );
  }

  /** `path:line:column`, as a link to where it can be read if there is such a place. */
  #place(path, line, column = null) {
    const text = [path, line, column].filter(Boolean).join(":");
    const { source } = this.graph.data;
    if (!source) return html("code", { class: "place" }, text);
    const href = source.replace("{path}", path.split("/").map(encodeURIComponent).join("/")).replace("{line}", line);
    return html("a", { class: "place", href, target: "_blank", rel: "noreferrer" }, text);
  }

  #file(item) {
    const file = item.file || this.graph.modules[item.members.length === 1 ? item.members[0] : -1]?.file;
    return file ? this.#place(file, 1) : null;
  }

  #neighbours(title, arrows, end) {
    if (!arrows.length) return [];
    const ranked = [...arrows].sort(
      (one, other) => other.violations.length - one.violations.length || other.count - one.count,
    );
    const labels = grouped(arrows.map(end), (it) => it.label);
    const shown = (item) => (labels.get(item.label).length > 1 ? item.name : item.label);
    const row = (arrow) =>
      html(
        "li",
        {},
        html(
          "button",
          { class: alarm(arrow.violations) || null, click: () => this.#follow(arrow) },
          shown(end(arrow)),
        ),
        html("span", { class: "soft" }, labelOf(arrow)),
      );
    return [html("h3", {}, title), html("ul", { class: "neighbours" }, ...ranked.map(row))];
  }

  /** Tells about an arrow whose button was pressed, and goes on from there. */
  #follow(arrow) {
    this.on.arrow(arrow);
    this.element.querySelector("[data-deed]").focus();
  }

  /** Goes to the first button for an arrow. */
  enter() {
    this.element.querySelector(".neighbours button")?.focus();
  }

  /** Puts what is shown on the clipboard, as text. */
  async copy() {
    const text = this.shown.lines ? this.#arrowAsText() : this.shown.name;
    await navigator.clipboard.writeText(text).then(
      () => this.#say("Copied."),
      () => this.#say("This browser does not let pages copy."),
    );
  }

  #arrowAsText() {
    const { source, target, lines, violations } = this.shown;
    const told = lines
      .map((it) => this.#told(it))
      .map((it) => `${[it.path, it.line, it.column].filter(Boolean).join(":")}: ${it.importer} -> ${it.imported}`);
    return [
      `${source.name} -> ${target.name}`,
      ...new Set(violations.map((it) => `[${it.contract}] ${it.message}`)),
      ...told,
    ].join("\n");
  }

  #say(text) {
    document.getElementById("copied").textContent = text;
  }
}

/** `list` with what `make` makes of the first items, and a button for more. */
function paged(list, items, make) {
  const more = html("button", { click: () => show() });
  let shown = 0;
  const show = () => {
    list.append(...items.slice(shown, shown + AT_ONCE).map(make));
    shown += AT_ONCE;
    more.hidden = shown >= items.length;
    more.textContent = `${items.length - shown} more`;
  };
  show();
  return [list, more];
}
