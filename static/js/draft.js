// What is typed is kept on the server while typing: a second after the last key, on leaving a field or the tab, and again
// when the connection is back. Also keeps the form's CSRF token fresh, which a sign-in in another tab changes.
(() => {
  const PAUSE_MS = 1000;
  const RETRY_MS = 5000;
  const KEEPALIVE_MAX = 60000; // bytes that a browser still sends for a page that is closing

  const form = document.querySelector("form[data-complaint]");
  if (!form) return;
  const url = form.dataset.draftUrl;
  const status = form.querySelector("[data-draft-status]");
  const ended = document.getElementById("session-ended");

  let typed = 0; // counts what was typed
  let kept = 0; // the count that the server has
  let refused = false; // trying again would not help
  let leaving = false;
  let timer = 0;
  let sending = null;

  const refreshToken = () => {
    const token = csrfToken();
    if (token) form.elements.csrfmiddlewaretoken.value = token;
  };

  const tell = (text, bad = false) => {
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("is-bad", bad);
  };

  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
  };

  const answered = async (response, count) => {
    if (!response.headers.get("Content-Type")?.includes("json")) throw new Error("not our answer");
    const { kept: isKept, text } = await response.json();
    if (ended) ended.hidden = response.status !== 401;
    tell(text, !isKept);
    refused = !isKept;
    if (!isKept) return;
    kept = count;
    if (response.ok && location.search === "" && location.pathname === form.getAttribute("action")) {
      history.replaceState(null, "", form.dataset.resumeUrl);
    }
    if (typed !== kept) later(PAUSE_MS);
    else delete form.dataset.unsent; // session.js may forget it
  };

  async function save() {
    clearTimeout(timer);
    if (!url || leaving || refused || sending || typed === kept) return;
    refreshToken();
    const count = typed;
    const body = new URLSearchParams(new FormData(form));
    sending = new AbortController();
    try {
      const keepalive = document.hidden && body.toString().length < KEEPALIVE_MAX;
      await answered(await fetch(url, { method: "POST", body, keepalive, signal: sending.signal }), count);
    } catch {
      if (!leaving) {
        tell(form.dataset.unsaved, true);
        later(RETRY_MS);
      }
    } finally {
      sending = null;
    }
  }

  const note = (event) => {
    if (!event.target.name) return;
    typed += 1;
    refused = false;
    if (url) tell(form.dataset.typing);
    later(PAUSE_MS);
  };
  form.addEventListener("input", note);
  form.addEventListener("change", () => typed !== kept && save());
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());

  form.addEventListener(
    "submit",
    () => {
      leaving = true;
      setTimeout(() => (leaving = false), 10000); // still here: the sending was stopped
      clearTimeout(timer);
      sending?.abort(); // a late answer must not bring the draft back
      refreshToken();
    },
    true,
  );
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && typed !== kept) event.preventDefault();
  });
})();
