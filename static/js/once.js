// A form goes out once: its buttons rest from the submit until the page comes back. The server is idempotent anyway.
// And it goes out with the token of today's sign-in: who signed in again in another tab loses nothing typed in this one. It
// says to whom its page was shown, so that it never becomes the act of somebody else who has signed in since.
(() => {
  const sent = new WeakSet();

  const freshenToken = (form) => {
    const field = form.elements.namedItem("csrfmiddlewaretoken");
    if (field) field.value = csrfToken() || field.value;
  };

  const sayWhose = (form) => {
    const { pageOf } = document.body.dataset;
    if (!pageOf || form.elements.namedItem("page_of")) return;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "page_of";
    field.value = pageOf;
    form.append(field);
  };

  const free = (form) => {
    sent.delete(form);
    for (const button of form.querySelectorAll(".is-sending")) {
      button.removeAttribute("aria-disabled");
      button.classList.remove("is-sending");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    freshenToken(form);
    sayWhose(form);
    if (form.dataset.once === "off") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    setTimeout(() => free(form), 10000); // stopped by hand, or a line that broke: it may go again
    // After the browser has read the pressed button's name and value.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) {
        button.setAttribute("aria-disabled", "true");
        button.classList.add("is-sending");
      }
    });
  });

  // Back from the cache of the browser, or a request that failed: the form may go again.
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) free(form);
  });
})();
