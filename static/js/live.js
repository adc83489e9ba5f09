// Regions that refresh themselves: <div data-live hx-get="…" hx-trigger="every 10s" data-etag="…">.
(() => {
  const etags = new WeakMap();
  const texts = new WeakMap();
  let ended = false;

  const isLive = (element) => element instanceof Element && element.hasAttribute("data-live");

  // Somebody who types, chooses, has ticked or opened something in the region is not to be disturbed.
  const isBusy = (region) => {
    const active = document.activeElement;
    return (
      (region.contains(active) && active.matches("input, textarea, select, [contenteditable]")) ||
      region.querySelector("details[open], input[type=checkbox]:checked") !== null
    );
  };

  // How to find a link or a form's button again after the region was drawn anew.
  const sameOne = (element) => {
    const [attribute, of] = element.form ? ["action", element.form] : ["href", element];
    const value = of.getAttribute(attribute);
    return value && `[${attribute}="${CSS.escape(value)}"]${element.form ? " button" : ""}`;
  };

  const setEnded = (value) => {
    ended = value;
    const notice = document.getElementById("session-ended");
    if (notice && notice.hidden === value) notice.hidden = !value;
    if (value) document.dispatchEvent(new Event("session:ended"));
  };

  document.addEventListener("htmx:configRequest", (event) => {
    const region = event.target;
    if (!isLive(region)) return;
    event.detail.headers["X-Background"] = "1"; // nothing a person does: it puts off no end of the session
    const etag = etags.get(region) ?? region.dataset.etag;
    if (etag) event.detail.headers["If-None-Match"] = etag;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isLive(event.target) && (ended || document.hidden)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const loginPath = document.body.dataset.loginPath;
    const landed = xhr.responseURL ? new URL(xhr.responseURL).pathname : "";
    if (xhr.status === 401 || landed === loginPath) {
      event.detail.shouldSwap = false;
      event.detail.isError = false;
      setEnded(true);
      return;
    }
    const region = event.target;
    if (!isLive(region) || !event.detail.shouldSwap) return;
    if (texts.get(region) === xhr.responseText || isBusy(region)) {
      event.detail.shouldSwap = false;
      return;
    }
    texts.set(region, xhr.responseText);
    const etag = xhr.getResponseHeader("ETag");
    if (etag) etags.set(region, etag);
    const focused = region.contains(document.activeElement) && sameOne(document.activeElement);
    if (focused) {
      region.addEventListener(
        "htmx:afterSettle",
        () => region.querySelector(focused)?.focus({ preventScroll: true }),
        { once: true },
      );
    }
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !document.querySelector("[data-live]")) return;
    setEnded(false); // perhaps signed in again meanwhile; the answers will tell
    for (const region of document.querySelectorAll("[data-live][hx-get]")) {
      htmx.ajax("GET", region.getAttribute("hx-get"), { source: region, target: region, swap: "innerHTML" });
    }
  });
})();
