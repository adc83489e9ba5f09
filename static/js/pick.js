// Ticks in a list: choosing a case chooses "those that are ticked", and how many that are stands beside it. Without this script
// the form is the same.
(() => {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-picking]");
    if (!form) return;
    const boxes = [...form.querySelectorAll("input[name=case]")];
    if (event.target.name === "case") form.querySelector("[name=which][value=ticked]").checked = true;
    if (event.target.name === "which") {
      for (const box of boxes) box.checked = event.target.value !== "ticked";
    }
    const count = boxes.filter((box) => box.checked).length;
    const ticked = form.querySelector("[name=which][value=ticked]").checked;
    form.querySelector("[data-ticked]").textContent = ticked && count ? `(${count})` : "";
  });
})();
