// Who may be typed here already: asked while typing, by POST, so that a name stands in no address. What was shown is said with the form.
(() => {
  const PAUSE_MS = 700;
  const FIELDS = ["name", "sex", "nik", "birth_date", "home_province", "home_regency", "contact"];

  const box = document.getElementById("alike");
  const form = box?.closest("form");
  if (!form) return;
  let timer = 0;
  let asked = ""; // what the hints on the page are for
  let turn = 0; // answers that come late are dropped

  const ask = async () => {
    const body = new URLSearchParams();
    for (const name of FIELDS) body.set(name, form.elements[name].value.trim());
    if (String(body) === asked) return;
    asked = String(body);
    const mine = ++turn;
    body.set("csrfmiddlewaretoken", csrfToken());
    const response = await fetch(box.dataset.alikeUrl, { method: "POST", body });
    if (mine !== turn) return;
    if (response.ok && !response.redirected) box.innerHTML = await response.text();
    else asked = "";
  };
  const askSoon = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => (asked = "")), ms);
  };

  form.addEventListener("change", ({ target }) => FIELDS.includes(target.name) && askSoon(100));
  form.addEventListener("input", ({ target }) => ["name", "contact"].includes(target.name) && askSoon(PAUSE_MS));
  document.getElementById("alike-asked")?.focus();
  if (form.elements.name.value && !document.getElementById("alike-asked")) askSoon(0);
})();
