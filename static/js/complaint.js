// Conveniences of the complaint's form: it shows what matters now, offers places, reads the NIK, suggests the urgency.
(() => {
  const form = document.querySelector("form[data-complaint]");
  if (!form) return;
  const field = (name) => form.elements[name];
  const changed = (element) => {
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const star = () => {
    const mark = document.createElement("span");
    mark.className = "asteriskField";
    mark.textContent = "*";
    return mark;
  };

  // What depends on another field: hidden, and not sent.
  const dependents = [...form.querySelectorAll("[data-show-if]")].map((element) => {
    const [name, values] = element.dataset.showIf.split("=");
    element.querySelector(".form-text")?.remove(); // it says when the field matters, which shows now
    element.querySelector("label").append(star());
    return { element, name, values: values.split(" ") };
  });
  const showWhatMatters = () => {
    for (const { element, name, values } of dependents) {
      const wanted = values.includes(field(name).value);
      element.hidden = !wanted;
      for (const input of element.querySelectorAll("input, select")) {
        input.disabled = !wanted;
        input.required = wanted;
      }
    }
  };

  // What becomes required by another field.
  const requirable = [...form.querySelectorAll("[data-require-if]")].map((element) => {
    const [name, values] = element.dataset.requireIf.split("=");
    const mark = star();
    element.querySelector("label").append(mark);
    return { element, mark, name, values: values.split(" ") };
  });
  const requireWhatMatters = () => {
    for (const { element, mark, name, values } of requirable) {
      const wanted = values.includes(field(name).value);
      mark.hidden = !wanted;
      element.querySelector("input, select").required = wanted;
    }
  };

  // Regencies of the chosen province only.
  const province = field("home_province");
  const regency = field("home_regency");
  const groups = [...regency.querySelectorAll("optgroup")];
  const narrowRegencies = () => {
    const chosen = regency.value;
    const matching = groups.filter((group) => !province.value || group.firstElementChild.value.startsWith(province.value));
    for (const group of groups) group.remove();
    regency.append(...matching);
    regency.value = chosen.startsWith(province.value) ? chosen : "";
  };
  const impliedProvince = () => {
    if (regency.value && !province.value) {
      province.value = regency.value.slice(0, 2);
      narrowRegencies();
    }
  };

  // Places of the chosen country.
  const suggestPlaces = async () => {
    const url = form.querySelector("[data-places-url]").dataset.placesUrl;
    const response = await fetch(`${url}?country=${encodeURIComponent(field("country").value)}`);
    if (response.ok && !response.redirected) form.querySelector("#places").innerHTML = await response.text();
  };

  // The NIK, read by the server; by POST, so that it stands in no address.
  const nikBox = form.querySelector("#nik-check");
  let nikTimer = 0;
  const offerFilling = () => {
    for (const button of nikBox.querySelectorAll("[data-fill]")) {
      const empty = Object.keys(JSON.parse(button.dataset.fill)).some((name) => !field(name).value);
      button.hidden = !empty;
    }
  };
  const readNik = async () => {
    if (!field("nik").value.trim()) {
      nikBox.replaceChildren();
      return;
    }
    const body = new URLSearchParams({ csrfmiddlewaretoken: csrfToken() });
    for (const name of ["nik", "sex", "birth_date", "home_regency"]) body.set(name, field(name).value);
    const response = await fetch(form.querySelector("[data-nik-url]").dataset.nikUrl, { method: "POST", body });
    if (!response.ok || response.redirected) return;
    nikBox.innerHTML = await response.text();
    offerFilling();
  };
  const readNikSoon = (ms) => {
    clearTimeout(nikTimer);
    nikTimer = setTimeout(() => readNik().catch(() => {}), ms);
  };
  nikBox.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
      if (field(name).value) continue;
      field(name).value = value;
      if (name === "home_province") narrowRegencies();
    }
    changed(field("nik"));
  });

  // Topics: found by typing; those of the chosen stage first.
  const topicsBox = form.querySelector("#id_topics");
  const topics = [...topicsBox.querySelectorAll("input[name=topics]")];
  const filter = topicsBox.querySelector("#topics-filter");
  const filterBox = topicsBox.querySelector("[data-topics-filter]");
  const chosenLine = topicsBox.querySelector("[data-chosen]");
  filterBox.hidden = false;
  const plain = (text) => text.toLowerCase().normalize("NFKD");
  const findTopics = () => {
    const words = plain(filter.value).split(/\s+/).filter(Boolean);
    for (const input of topics) {
      const text = plain(input.labels[0].textContent);
      input.parentElement.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of topicsBox.querySelectorAll(".topics-group")) {
      group.hidden = group.querySelector(".form-check:not([hidden])") === null;
      if (words.length) group.open = true;
    }
  };
  const stageFirst = () => {
    const stage = field("stage").value;
    if (!stage) return;
    for (const group of topicsBox.querySelectorAll(".topics-group")) {
      group.classList.toggle("is-first", group.dataset.stage === stage);
      group.open = ["any", stage].includes(group.dataset.stage) || group.querySelector(":checked") !== null;
    }
  };
  filter.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no part of the form
    findTopics();
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const found = topics.filter((input) => !input.parentElement.hidden);
    if (found.length !== 1) return;
    found[0].checked = true;
    filter.value = "";
    findTopics();
    changed(found[0]);
  });

  // Urgency: the most urgent of what the chosen topics suggest.
  const ORDER = ["emergency", "urgent", "normal"];
  const urgencyBox = form.querySelector("[data-urgency-box]");
  const asSuggested = form.querySelector("input[name=urgency][value='']").labels[0];
  const asSuggestedWords = asSuggested.textContent;
  const suggestUrgency = () => {
    const chosen = topics.filter((input) => input.checked);
    const suggested = ORDER.find((code) => chosen.some((input) => input.dataset.urgency === code));
    const name = suggested && form.querySelector(`input[name=urgency][value=${suggested}]`).labels[0].textContent.trim();
    asSuggested.textContent = name ? `${urgencyBox.dataset.suggests} ${name}` : asSuggestedWords;
    const reason = field("urgency_reason");
    const differs = field("urgency").value && field("urgency").value !== suggested;
    urgencyBox.querySelector(".urgency-reason").hidden = !differs && !reason.value && !reason.matches(".is-invalid");
    const names = chosen.map((input) => input.labels[0].textContent.trim());
    chosenLine.textContent = names.length ? `${chosenLine.dataset.chosen} ${names.join(", ")}` : "";
  };

  form.addEventListener("change", ({ target }) => {
    if (target.name === "reporter_type") {
      showWhatMatters();
      requireWhatMatters();
    }
    if (target.name === "home_province") narrowRegencies();
    if (target.name === "home_regency") impliedProvince();
    if (target.name === "country") suggestPlaces().catch(() => {});
    if (target.name === "stage") stageFirst();
    if (target.name === "topics" || target.name === "urgency") suggestUrgency();
    if (["nik", "sex", "birth_date", "home_regency", "home_province"].includes(target.name)) readNikSoon(0);
  });
  form.addEventListener("input", ({ target }) => {
    if (target.name === "nik" && target.value.replace(/\D/g, "").length === 16) readNikSoon(400);
  });

  showWhatMatters();
  requireWhatMatters();
  narrowRegencies();
  stageFirst();
  suggestUrgency();
  offerFilling();
})();
