(() => {
  const told = (ja, en) => [["ja", ja], ["en", en]].map(([language, words]) => {
    const one = document.createElement("span");
    one.lang = language;
    one.textContent = words;
    return one;
  });
  const day = (moment) => Math.floor((moment + 9 * 36e5) / 864e5);  // midnight in Japan
  for (const one of document.querySelectorAll(".age")) {
    const days = day(Date.now()) - day(Date.parse(one.previousElementSibling.dateTime));
    if (days === 0) one.append(...told("きょう", "today"));
    if (days > 0) one.append(...told(`${days.toLocaleString()}日前`, days === 1 ? "yesterday" : `${days.toLocaleString()} days ago`));
  }

  const key = (cell) => cell.dataset.key ?? cell.textContent.trim();
  const figure = (text) => Number(text.replaceAll(",", ""));
  const order = (table, column, up) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
    const isFigures = rows.every(([text]) => text !== "" && !Number.isNaN(figure(text)));
    const compare = isFigures ? (a, b) => figure(a) - figure(b) : (a, b) => a.localeCompare(b, "ja", { numeric: true });
    rows.sort(([a], [b]) => (up ? 1 : -1) * compare(a, b));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        const up = was ? was === "descending" : !head.classList.contains("number");
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        order(table, column, up);
      });
    });
  }

  const filter = document.querySelector(".filter");
  if (!filter) return;
  const rows = [...document.querySelectorAll("tr[data-state]")];
  const label = document.createElement("label");
  label.className = "search";
  label.append(...told("ファイル名や内容で探す", "Find in names and causes"));
  const search = document.createElement("input");
  search.type = "search";
  label.append(search);
  const shown = document.createElement("p");
  shown.className = "rest";
  shown.setAttribute("role", "status");
  filter.after(label, shown);
  const texts = new Map(rows.map((row) => [row, row.textContent.normalize("NFKC").toLowerCase()]));
  const find = () => {
    const wanted = search.value.normalize("NFKC").toLowerCase().trim();
    for (const row of rows) row.hidden = wanted !== "" && !texts.get(row).includes(wanted);
    const state = filter.querySelector("input:checked").id.replace("show-", "");
    const count = rows.filter((row) => !row.hidden && (state === "all" || row.dataset.state === state)).length;
    shown.replaceChildren(...told(`${count.toLocaleString()}件を表示しています`, `${count.toLocaleString()} shown`));
  };
  search.addEventListener("input", find);
  filter.addEventListener("change", find);
  find();
})();
