// The box on every page: what is found so far stands under it. Escape closes it, the arrows walk through it, Enter opens.
// Without this script the box is a form like any other.
(() => {
  const box = document.querySelector("[data-search]");
  if (!box) return;
  const field = box.querySelector("input[type=search]");
  const region = document.querySelector(field.getAttribute("hx-target"));
  const isSheet = box.contains(region); // on the search page the answers stand in the page and are not closed

  const close = () => {
    if (!isSheet) return;
    htmx.trigger(field, "htmx:abort");
    region.replaceChildren();
  };

  const step = (by) => {
    const all = [...region.querySelectorAll("a, button")];
    const to = all.indexOf(document.activeElement) + by;
    if (to < 0) field.focus();
    else all[Math.min(to, all.length - 1)]?.focus();
    return all.length > 0;
  };

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Escape") return;
    event.preventDefault(); // the words stay
    close();
    field.focus();
  });

  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || (event.target !== field && !region.contains(event.target))) return;
    if (step(by)) event.preventDefault();
  });

  // Emptied: an answer to what is not typed any more is not shown.
  field.addEventListener("input", () => {
    if (!field.value.trim()) close();
  });
  region.addEventListener("htmx:beforeSwap", (event) => {
    if (isSheet && (!field.value.trim() || !box.contains(document.activeElement))) event.detail.shouldSwap = false;
  });

  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) close();
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) close();
  });
})();
