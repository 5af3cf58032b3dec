// Sorts tables and filters lists. Without it everything is there, in its first order.
"use strict";

const same = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

function filters(input) {
  const area = document.getElementById(input.dataset.filters);
  const said = input.parentElement.querySelector("output");
  const rows = [...area.querySelectorAll("[data-name]")];
  const names = rows.map((row) => same(row.textContent));
  const groups = [...area.querySelectorAll("details.group")];
  input.addEventListener("input", () => {
    const wanted = same(input.value);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !names[at].includes(wanted);
      shown += row.hidden ? 0 : 1;
    });
    for (const group of groups) {
      const found = group.querySelector("[data-name]:not([hidden])") !== null;
      group.hidden = !found;
      group.open = wanted !== "" && found;
    }
    said.textContent = wanted === "" ? "" : shown === 0 ? said.dataset.none : said.dataset.found.replace("{n}", shown);
  });
}

function sorts(table) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const language = document.documentElement.lang;
  const first = [...body.rows];
  const by = (column, kind, way) => (one, other) => {
    const cells = [one.cells[column], other.cells[column]];
    if (kind === "text") {
      return way * cells[0].textContent.localeCompare(cells[1].textContent, language);
    }
    const [left, right] = cells.map((cell) => (cell.dataset.v === undefined ? null : Number(cell.dataset.v)));
    if (left === null || right === null) return (left === null) - (right === null); // what is missing stays last
    return way * (left - right);
  };
  heads.forEach((head, column) => {
    if (head.dataset.sort === undefined) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "descending" || (head.dataset.sort === "text" && !head.hasAttribute("aria-sort")) ? 1 : -1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
      body.append(...[...first].sort(by(column, head.dataset.sort, way)));
    });
  });
}

document.querySelectorAll(".with-script").forEach((one) => { one.hidden = false; });
document.querySelectorAll("input[data-filters]").forEach(filters);
document.querySelectorAll("table.sortable").forEach(sorts);
