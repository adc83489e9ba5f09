// A button beside each password shows what is typed, for those who want to see it.
(() => {
  const { showPassword, hidePassword } = document.body.dataset;
  for (const field of document.querySelectorAll("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "show-password";
    button.textContent = showPassword;
    button.setAttribute("aria-controls", field.id);
    button.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      button.textContent = shown ? showPassword : hidePassword;
      field.focus();
    });
    const frame = document.createElement("div");
    frame.className = "password-frame";
    field.replaceWith(frame);
    frame.append(field, button);
    field.form?.addEventListener("submit", () => (field.type = "password")); // what browsers remember stays hidden
  }
})();
