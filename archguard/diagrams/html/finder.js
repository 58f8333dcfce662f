"use strict";
/* The search. */

/** A list of what matches, from which people choose. */
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
    return (
      has(item.name.toLowerCase()) || item.members.some((index) => has(this.graph.modules[index].name.toLowerCase()))
    );
  }

  search() {
    this.words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = this.words.length
      ? this.all.filter(({ text }) => this.words.every((word) => text.includes(word)))
      : [];
    const once = [...grouped(matching, (it) => it.name).values()].map(([first]) => first);
    this.found = once
      .sort((one, other) => one.name.length - other.name.length || (one.name < other.name ? -1 : 1))
      .slice(0, 12);
    this.at = 0;
    this.#open(this.words.length > 0);
    this.mark();
  }

  #open(isOpen) {
    const options = this.found.map((it, at) =>
      html(
        "li",
        {
          role: "option",
          id: `option-${at}`,
          "aria-selected": at === this.at,
          pointerdown: (event) => {
            event.preventDefault();
            this.#take(it);
          },
        },
        it.name,
      ),
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
