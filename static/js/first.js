// What the scripts behind it need. Loaded first on every page.

// The token that a form has to bring along; it changes when somebody signs in, also in another tab.
const csrfToken = () => {
  const name = `${document.body.dataset.csrfCookie}=`;
  return document.cookie.split("; ").find((pair) => pair.startsWith(name))?.slice(name.length) ?? "";
};

// Trusted Types: htmx and our own scripts put HTML of this server into the page. Nothing else that a text could become is
// let through: no script, no address of a script.
window.trustedTypes?.createPolicy("default", { createHTML: (html) => html });
