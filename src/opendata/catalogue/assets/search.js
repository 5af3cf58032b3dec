// The search: what is typed is looked up in the index below this page (see catalogue/search.py).
"use strict";
// Before anything is drawn: room for the results, so that what stands below them stays in its place.
document.documentElement.classList.toggle("asked", new URLSearchParams(location.search).has("q"));
document.addEventListener("DOMContentLoaded", () => {
  const SHOWN = 30;
  const NAMED = 30; // the most municipalities of which a word is taken for the name
  const results = document.getElementById("results");
  const words = JSON.parse(document.getElementById("search-words").textContent);
  const { letters, pages, mark, root, ending } = results.dataset;
  const [first, places, holders] = ["first", "places", "holders"].map((one) => Number(results.dataset[one]));
  const status = results.querySelector("[role=status]");
  const list = results.querySelector("ol");
  const field = document.getElementById("q");
  const english = document.documentElement.lang === "en";
  let asked = 0;

  // The index: files of one call each, loaded once. Programs may be loaded from a folder, too.
  const loaded = new Map();
  const waiting = new Map();
  window.opendataFound = (name, content) => waiting.get(name)?.(content);
  function load(name) {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((done, failed) => {
        waiting.set(name, done);
        const script = document.createElement("script");
        script.src = `words/${name}.js?${mark}`;
        script.onerror = () => { loaded.delete(name); failed(new Error(name)); };
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  }

  function normalized(text) {
    return text.normalize("NFKC").toLowerCase()
      .replace(/[\u30a1-\u30f6\u30fd\u30fe]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x60))
      .replace(/[^\p{L}\p{N}\p{M}]/gu, "");
  }
  function pairs(word) {
    const all = [...word];
    return all.length < 2 ? all : all.slice(1).map((one, at) => all[at] + one);
  }
  function bucket(pair) {
    let found = 0;
    for (const one of pair) found = (found * 31 + one.codePointAt(0)) % 2147483648;
    return found % letters;
  }

  // The numbers of the documents in which all pairs of letters of all words stand.
  async function matching(terms) {
    const sought = [...new Set(terms.flatMap(pairs))];
    const found = await Promise.all(sought.map(async (pair) => {
      const steps = (await load(`letters-${bucket(pair)}`))[pair] ?? [];
      let at = 0;
      return steps.map((step) => (at += step));
    }));
    found.sort((one, other) => one.length - other.length);
    return found.reduce((left, next) => {
      const here = new Set(next);
      return left.filter((one) => here.has(one));
    });
  }
  async function documentOf(number) {
    return (await load(`pages-${Math.floor(number / pages)}`))[number % pages];
  }
  // Pairs may stand in other places than the word: only the document itself tells.
  function holds(shown, terms) {
    const [, title, about, , , ...more] = shown;
    const texts = [title, about, ...more].map(normalized);
    return terms.every((term) => texts.some((text) => text.includes(term)));
  }

  // What the municipalities that some of the words name have in common with others, by the rest of
  // the words: number, and the document as it stands there.
  async function held(terms) {
    const named = new Set();
    for (const term of terms.length > 1 ? terms : []) {
      for (const number of await matching([term])) {
        if (number >= first && number < first + places) named.add(number);
      }
    }
    const found = [];
    for (const number of named.size > NAMED ? [] : [...named].sort((one, other) => one - other)) {
      const owner = await documentOf(number);
      const rest = terms.filter((term) => !holds(owner, [term]));
      if (!rest.length || rest.length === terms.length) continue;
      const sought = new Set(await matching(rest));
      const at = number - first;
      for (const [one, path, part, about] of (await load(`held-${Math.floor(at / holders)}`))[at % holders]) {
        const [kind, title, , , , ...more] = sought.has(one) ? await documentOf(one) : [];
        const shown = [kind, title, about ? `${owner[1]} ${about}` : owner[1], path, part, ...more];
        if (kind && holds(shown, rest)) found.push([one, shown]);
      }
    }
    return found;
  }

  function said(name, values) {
    return words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }
  // The text with the letters that were sought marked.
  function marked(text, terms) {
    const found = document.createDocumentFragment();
    const all = [...text];
    const plain = all.map(normalized);
    const at = all.map(() => false);
    for (const term of terms) {
      for (let start = 0; start < all.length; start += 1) {
        let run = "";
        for (let end = start; end < all.length && run.length < term.length && term.startsWith(run); end += 1) {
          run += plain[end];
          if (run === term && plain[start]) for (let n = start; n <= end; n += 1) at[n] = true;
        }
      }
    }
    for (let start = 0, end; start < all.length; start = end) {
      for (end = start; end < all.length && at[end] === at[start];) end += 1;
      const run = all.slice(start, end).join("");
      if (!at[start]) { found.append(run); continue; }
      const mark = document.createElement("mark");
      mark.textContent = run;
      found.append(mark);
    }
    return found;
  }
  function item([kind, title, about, path, part, otherTitle, otherAbout], terms) {
    const li = document.createElement("li");
    const tag = document.createElement("span");
    const link = document.createElement("a");
    const text = document.createElement("p");
    const translated = english && otherTitle;
    tag.className = "tag";
    tag.textContent = words[`kind_${kind}`];
    link.href = root + path + ending + (part && `#${part}`);
    link.append(marked(translated ? otherTitle : title, terms));
    text.append(marked(translated ? otherAbout : about, terms));
    if (english && !translated) link.lang = text.lang = "ja";
    li.append(tag, " ", link, text);
    return li;
  }

  async function search(query, count = SHOWN) {
    const turn = (asked += 1);
    const terms = query.split(/\s+/).map(normalized).filter(Boolean);
    const given = new URL(location.href);
    if (query) given.searchParams.set("q", query); else given.searchParams.delete("q");
    const other = document.querySelector(".language a");
    other.search = given.search;
    try { history.replaceState(null, "", given); } catch { /* a page in a folder has no address to set */ }
    if (!terms.length) {
      list.replaceChildren();
      results.querySelector("button")?.remove();
      status.textContent = query ? words.signs : "";
      return;
    }
    if (!list.children.length) status.textContent = words.loading;
    try {
      const own = await held(terms);
      const known = new Set(own.map(([number]) => number));
      const numbers = (await matching(terms)).filter((number) => !known.has(number));
      const all = [...own.map(([, shown]) => shown), ...numbers];
      const items = [];
      let next = 0;
      for (; next < all.length && items.length < count; next += 1) {
        const shown = next < own.length ? all[next] : await documentOf(all[next]);
        if (next < own.length || holds(shown, terms)) items.push(item(shown, terms));
      }
      if (turn !== asked) return;
      const rest = all.length - next;
      const values = { words: query, n: (items.length + rest).toLocaleString(), shown: items.length };
      const kept = count > SHOWN ? list.children.length : 0;
      list.replaceChildren(...items);
      results.querySelector("button")?.remove();
      if (rest) {
        const more = document.createElement("button");
        more.type = "button";
        more.textContent = words.more;
        more.onclick = () => search(query, count + SHOWN);
        results.append(more);
      }
      if (kept) items[kept]?.querySelector("a").focus();
      status.textContent = said(!items.length ? "none" : rest ? "about" : "found", values);
    } catch {
      if (turn === asked) { list.replaceChildren(); status.textContent = words.failed; }
    }
  }

  let pause;
  field.addEventListener("input", (event) => {
    clearTimeout(pause);
    if (!event.isComposing) pause = setTimeout(() => search(field.value.trim()), 250);
  });
  field.addEventListener("compositionend", () => search(field.value.trim()));
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    search(field.value.trim());
  });
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  if (field.value) search(field.value.trim());
});
