// A session ends after a while without activity. Shortly before, the page says so; typing and a button put it off. When it
// has ended, or somebody signed out in another tab, the page forgets what it showed, with a server or without; a form that
// was typed in and not sent stays. Without this script the session ends at its time, and what is sent afterwards is kept
// and waits behind the sign-in.
(() => {
  const { idleSeconds, sessionEndsAt, stayUrl } = document.body.dataset;
  if (!idleSeconds) return;
  const IDLE_MS = Number(idleSeconds) * 1000;
  const WARNING_MS = Math.min(120_000, IDLE_MS / 3); // before the end
  const SAY_EVERY_MS = Math.min(60_000, IDLE_MS / 4); // that somebody is typing
  const KEY = "pmi-active"; // shared by the tabs of this browser
  const OUT = "pmi-signed-out"; // told to the other tabs

  const soon = document.getElementById("session-soon");
  const ended = document.getElementById("session-ended");
  const cleared = document.getElementById("session-cleared");
  let over = false;
  let active = Date.now();
  let said = Date.now();

  const remember = () => {
    active = Date.now();
    try {
      localStorage.setItem(KEY, String(active));
    } catch {
      // no storage: each tab knows its own activity only
    }
  };
  const lastActive = () => {
    try {
      return Math.max(active, Number(localStorage.getItem(KEY)) || 0);
    } catch {
      return active;
    }
  };
  const stay = async () => {
    said = Date.now();
    try {
      const response = await fetch(stayUrl, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
      if (response.status === 204) remember();
      else if (response.redirected) forget();
      else ended.hidden = false;
    } catch {
      // no network; the next one tells
    }
    look();
  };

  const prune = (element, kept) => {
    for (const child of [...element.childNodes]) {
      if (kept.includes(child)) continue;
      if (kept.some((one) => child.contains(one))) prune(child, kept);
      else child.remove();
    }
  };
  const forget = () => {
    if (over) return;
    over = true;
    const unsent = [...document.querySelectorAll("form[data-unsent]")];
    const notice = unsent.length ? ended : cleared;
    prune(document.body, [notice, ...unsent, ...unsent.flatMap((form) => [...form.elements])]);
    notice.hidden = false;
    document.title = notice.querySelector(".notice-title").textContent;
    try {
      localStorage.removeItem(KEY);
    } catch {
      // no storage: nothing was noted
    }
  };

  const look = () => {
    if (over) return;
    const idle = lastActive() + IDLE_MS - Date.now();
    const whole = Number(sessionEndsAt) * 1000 - Date.now();
    if (Math.min(idle, whole) <= 0) {
      forget();
      return;
    }
    const close = Math.min(idle, whole) < WARNING_MS;
    if (soon.hidden === close) soon.hidden = !close || !ended.hidden;
    soon.querySelector("[data-stay]").hidden = whole < WARNING_MS;
  };

  remember();
  document.addEventListener("input", (event) => {
    if (event.target.form?.method === "post") event.target.form.dataset.unsent = "";
    if (Date.now() - said > SAY_EVERY_MS) stay();
  });
  soon.querySelector("[data-stay]").addEventListener("click", stay);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  document.addEventListener("session:ended", forget);
  window.addEventListener("storage", (event) => {
    if (event.key === OUT && event.newValue) forget();
  });
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
    try {
      localStorage.setItem(OUT, "1");
      localStorage.removeItem(OUT);
    } catch {
      // no storage: the other tabs notice by themselves
    }
  });
  setInterval(look, Math.min(5_000, IDLE_MS / 10));
})();
