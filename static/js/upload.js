// Conveniences of the form that adds a document: a file that is too large or empty is told before it travels, and the
// fields of a power of attorney show for one alone. The server checks everything again.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;

  const input = form.elements.namedItem("file");
  input.addEventListener("change", () => {
    const file = input.files[0];
    let problem = "";
    if (file && file.size > Number(input.dataset.most)) problem = input.dataset.tooLarge;
    if (file && file.size === 0) problem = input.dataset.empty;
    input.setCustomValidity(problem);
    if (problem) input.reportValidity();
  });

  const kind = form.elements.namedItem("kind");
  const dependents = [...form.querySelectorAll("[data-show-if]")].map((element) => ({
    element,
    wanted: element.dataset.showIf.split("=")[1],
  }));
  const showWhatMatters = () => {
    for (const { element, wanted } of dependents) element.hidden = kind.value !== wanted;
  };
  kind.addEventListener("change", showWhatMatters);
  showWhatMatters();
})();
