// A session ends after a while without activity. Shortly before, the page says so; typing and a button put it off. Without
// this script the session ends at its time, and what is sent afterwards is kept and waits behind the sign-in.
(() => {
  const { idleSeconds, sessionEndsAt, stayUrl } = document.body.dataset;
  if (!idleSeconds) return;
  const IDLE_MS = Number(idleSeconds) * 1000;
  const WARNING_MS = Math.min(120_000, IDLE_MS / 3); // before the end
  const SAY_EVERY_MS = Math.min(60_000, IDLE_MS / 4); // that somebody is typing
  const KEY = "pmi-active"; // shared by the tabs of this browser

  const soon = document.getElementById("session-soon");
  const ended = document.getElementById("session-ended");
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
      else ended.hidden = false;
    } catch {
      // no network; the next one tells
    }
    look();
  };

  const look = () => {
    const idle = lastActive() + IDLE_MS - Date.now();
    const whole = Number(sessionEndsAt) * 1000 - Date.now();
    const close = Math.min(idle, whole) < WARNING_MS;
    if (soon.hidden === close) soon.hidden = !close || !ended.hidden;
    soon.querySelector("[data-stay]").hidden = whole < WARNING_MS;
  };

  remember();
  document.addEventListener("input", () => {
    if (Date.now() - said > SAY_EVERY_MS) stay();
  });
  soon.querySelector("[data-stay]").addEventListener("click", stay);
  document.addEventListener("visibilitychange", look);
  setInterval(look, Math.min(5_000, IDLE_MS / 10));
})();
