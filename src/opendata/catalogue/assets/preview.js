// The rows of a table on its dataset's page, straight from its Parquet file. Of the file only what a
// page of rows needs is loaded: its end, which says where everything lies, then parts of its columns.
"use strict";
(() => {
  const ROWS = 50;
  const END = 65_536; // bytes of a file's end that are asked for first
  const WHOLE = 8_000_000; // bytes that may be loaded at once from a server that cannot give parts
  const words = JSON.parse(document.getElementById("preview-words").textContent);
  const reader = new URL("parquet.js", document.currentScript.src);
  const number = (value) => Number(value).toLocaleString();
  const said = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

  class Reason extends Error {}

  function make(name, values = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(values)) {
      if (key in made) made[key] = value; else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // A file of which parts can be asked for.
  function remote(url, byteLength) {
    let whole;
    async function slice(start, end = byteLength) {
      if (whole) return (await whole).slice(start, end);
      const stop = new AbortController();
      // Not from the browser's cache, which joins parts of parts, and not always whole.
      const asked = { headers: { Range: `bytes=${start}-${end - 1}` }, signal: stop.signal, cache: "no-store" };
      const answer = await fetch(url, asked).catch(() => { throw new Reason("no_offline"); });
      if (answer.status === 206) {
        const part = await answer.arrayBuffer();
        if (part.byteLength !== end - start) throw new Reason("no_offline");
        return part;
      }
      if (!answer.ok) throw new Reason("no_offline");
      if (byteLength > WHOLE) { stop.abort(); throw new Reason("no_large"); }
      whole ??= answer.arrayBuffer();
      return (await whole).slice(start, end);
    }
    return { byteLength, slice };
  }

  function shown(value) {
    if (value === null || value === undefined) {
      return make("span", { className: "none" }, "—", make("span", { className: "out" }, words.none));
    }
    if (typeof value === "boolean") return words[value ? "yes" : "no"];
    if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  function preview(place) {
    const { url, title } = place.dataset;
    const rows = Number(place.dataset.rows);
    const last = Math.ceil(rows / ROWS);
    const file = remote(new URL(url, location.href), Number(place.dataset.bytes));
    const titles = new Map([...place.closest("section").querySelectorAll(".fields tbody th")]
      .map((one) => [one.querySelector("code").textContent, one.querySelector("small").textContent]));
    let page = 0;
    let turn = 0;
    let opened;

    const status = make("p", { role: "status" });
    const table = make("table");
    const frame = make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": title, hidden: true }, table);
    const step = (name, to) => make("button", { type: "button", onclick: () => go(to()) }, words[name]);
    const first = step("first", () => 1);
    const back = step("back", () => page - 1);
    const next = step("next", () => page + 1);
    const end = step("last", () => last);
    const field = make("input", { type: "number", min: 1, max: last, required: true });
    const form = make("form", { className: "pager", hidden: true }, first, back,
      make("label", {}, words.page, field), make("button", {}, words.go), next, end);
    form.addEventListener("submit", (event) => { event.preventDefault(); go(field.valueAsNumber); });
    const body = make("div", { hidden: true }, status, form, frame);
    const toggle = make("button", { type: "button", "aria-expanded": "false" }, words.show,
      make("span", { className: "out" }, ` (${title})`));
    toggle.addEventListener("click", () => {
      body.hidden = !body.hidden;
      toggle.setAttribute("aria-expanded", String(!body.hidden));
      toggle.firstChild.data = words[body.hidden ? "show" : "hide"];
      if (!page) go(1);
    });
    place.append(toggle, body);

    async function read(from, to) {
      if (location.protocol === "file:") throw new Reason("no_file");
      const parquet = await import(reader).catch(() => { throw new Reason("no_offline"); });
      opened ??= parquet.parquetMetadataAsync(file, { initialFetchSize: END });
      const metadata = await opened;
      return parquet.parquetReadObjects({
        file, metadata, rowStart: from, rowEnd: to, compressors: parquet.compressors, useOffsetIndex: true,
      });
    }

    async function go(wanted) {
      const asked = (turn += 1);
      const to = Math.min(Math.max(wanted || 1, 1), last);
      const from = (to - 1) * ROWS;
      const until = Math.min(from + ROWS, rows);
      status.textContent = words.loading;
      try {
        const found = await read(from, until);
        if (asked === turn) show(to, from, until, found);
      } catch (error) {
        if (asked !== turn) return;
        opened = undefined;
        const name = error instanceof Reason ? error.message : "no_broken";
        status.textContent = said(name, { size: `${number(Math.round(file.byteLength / 1e6))} MB` });
      }
    }

    function show(to, from, until, found) {
      page = to;
      field.value = page;
      const names = [...titles.keys()].filter((name) => name in found[0]);
      const head = names.map((name) =>
        make("th", { scope: "col", lang: "ja" }, titles.get(name), make("small", {}, make("code", {}, name))));
      const lines = found.map((row, at) => make("tr", {},
        make("th", { scope: "row", className: "number" }, number(from + at + 1)),
        ...names.map((name) => make("td", typeof row[name] === "number" || typeof row[name] === "bigint" ? { className: "number" } : {}, shown(row[name])))));
      table.replaceChildren(
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.rows), ...head)),
        make("tbody", { lang: "ja" }, ...lines));
      first.disabled = back.disabled = page === 1;
      next.disabled = end.disabled = page === last;
      form.hidden = last === 1;
      frame.hidden = false;
      frame.scrollTop = 0;
      const values = { from: from + 1, to: until, rows, page, pages: last };
      status.textContent = said("of", Object.fromEntries(Object.entries(values).map(([key, value]) => [key, number(value)])));
    }
  }

  for (const place of document.querySelectorAll(".preview")) preview(place);
})();
