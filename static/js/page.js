// Small conveniences of every page; without them everything still works.
(() => {
  // Menus close when one looks elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Copy buttons, where the browser can.
  const revealCopies = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const done = button.querySelector("[data-done]");
    done.textContent = done.dataset.done;
    button.classList.add("is-done");
    setTimeout(() => {
      button.classList.remove("is-done");
      done.textContent = "";
    }, 2000);
  });
  document.addEventListener("htmx:afterSettle", (event) => revealCopies(event.target));
  revealCopies(document);

  // A link that means "one page back" keeps what was typed there.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-back]");
    if (!link || history.length < 2) return;
    event.preventDefault();
    history.back();
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  document.querySelector("[data-focus]")?.focus();
})();
