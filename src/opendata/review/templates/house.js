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
})();
