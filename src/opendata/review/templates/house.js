(() => {
  const ja = document.getElementById("to-ja"), en = document.getElementById("to-en");
  const told = () => {
    const language = en.checked ? "en" : "ja";
    document.documentElement.lang = language;
    document.title = document.documentElement.dataset[language];
  };
  if (location.hash === "#en") en.checked = true;
  ja.addEventListener("change", told);
  en.addEventListener("change", told);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  told();
  for (const scroll of document.querySelectorAll(".scroll")) {
    const here = scroll.querySelector("td.here");
    if (here) scroll.scrollLeft = here.offsetLeft - (scroll.clientWidth - here.offsetWidth) / 2;
  }
  const said = document.getElementById("said");
  if (!said || !navigator.clipboard) return;
  for (const one of document.querySelectorAll(".copying")) one.hidden = false;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      document.querySelectorAll(".copied").forEach((one) => one.classList.remove("copied"));
      button.classList.add("copied");
      said.textContent = said.dataset[document.documentElement.lang] + button.dataset.copy;
    });
  }
})();
