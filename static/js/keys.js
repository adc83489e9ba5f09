// Shortcuts, a convenience: "/" search, "?" help, j/k rows, and what links carry in data-key ("g i": g, then i).
(() => {
  const SEQUENCE_MS = 1200;
  let prefix = "";
  let timer = 0;

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog") !== null;

  const showHelp = () => {
    const dialog = document.getElementById("shortcuts");
    if (!dialog?.showModal) return;
    const list = dialog.querySelector("dl");
    if (!list.dataset.filled) {
      list.dataset.filled = "yes";
      for (const link of document.querySelectorAll("[data-key]")) {
        const row = document.createElement("div");
        const term = document.createElement("dt");
        const detail = document.createElement("dd");
        for (const key of link.dataset.key.split(" ")) {
          const kbd = document.createElement("kbd");
          kbd.textContent = key;
          term.append(kbd, " ");
        }
        detail.textContent = (link.querySelector(".visually-hidden") ?? link).textContent.trim();
        row.append(term, detail);
        list.append(row);
      }
    }
    dialog.showModal();
  };

  const step = (by) => {
    const links = [...document.querySelectorAll("[data-keys=rows] .row-link")];
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next].focus();
    return true;
  };

  const press = (keys) => {
    for (const element of document.querySelectorAll("[data-key]")) {
      if (element.dataset.key === keys) {
        element.click();
        return true;
      }
    }
    return false;
  };

  const act = (key) => {
    if (prefix) {
      const keys = `${prefix} ${key}`;
      prefix = "";
      return press(keys);
    }
    if (key === "/") {
      const field = document.querySelector("main input[type=search]") ?? document.getElementById("site-search-field");
      field?.focus();
      return Boolean(field);
    }
    if (key === "?") {
      showHelp();
      return true;
    }
    if (key === "j") return step(1);
    if (key === "k") return step(-1);
    if (key === "g") {
      prefix = "g";
      clearTimeout(timer);
      timer = setTimeout(() => (prefix = ""), SEQUENCE_MS);
      return true;
    }
    return press(key);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (event.key.length === 1 && act(event.key)) event.preventDefault();
  });

  for (const item of document.querySelectorAll(".menu-keys")) item.hidden = false;
  for (const button of document.querySelectorAll("[data-shortcuts]")) button.addEventListener("click", showHelp);
})();
