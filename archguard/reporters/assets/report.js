"use strict";
(() => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const fields = ["search", "contract", "status"].map((name) => document.getElementById(name));
  const [search, contract, status] = fields;
  const sections = [...document.querySelectorAll("section[data-contract]")].map((element) => ({
    element,
    violations: [...element.querySelectorAll("article")].map((article) => ({
      article,
      status: article.dataset.status,
      contracts: (article.dataset.contracts ?? "").split(" "),
      count: Number(article.dataset.count),
      text: `${element.querySelector("h3").textContent} ${article.textContent}`.toLowerCase(),
    })),
  }));
  const all = sections
    .flatMap((section) => section.violations)
    .reduce((sum, violation) => sum + violation.count, 0);

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const section of sections) {
      let here = 0;
      for (const violation of section.violations) {
        const matches =
          (!contract.value || violation.contracts.includes(contract.value)) &&
          (!status.value || status.value === violation.status) &&
          words.every((word) => violation.text.includes(word));
        violation.article.hidden = !matches;
        here += matches ? violation.count : 0;
      }
      section.element.hidden = !here;
      shown += here;
    }
    document.getElementById("shown").textContent = `${shown} of ${all}`;
    document.getElementById("nothing").hidden = shown > 0;
  };

  const remember = () => {
    const chosen = fields.filter((field) => field.value).map((field) => [field.id, field.value]);
    const hash = new URLSearchParams(chosen).toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  };

  const recall = () => {
    const chosen = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) field.value = chosen.get(field.id) ?? "";
    show();
  };

  filters.hidden = false;
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", () => { show(); remember(); });
  addEventListener("hashchange", recall);
  for (const link of document.querySelectorAll("a[data-contract]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      search.value = status.value = "";
      contract.value = link.dataset.contract;
      show();
      remember();
      filters.scrollIntoView({ block: "start" });
    });
  }
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  });
  recall();
})();
