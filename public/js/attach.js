// Attachments of a form (data-attachable): each that `boocode:attach` brings (attach-ways.js, the file viewer, terminals) is
// uploaded at once and stands as a chip whose field sends it; a draft's chips are asked for again after a reload.
// Markup: views/attachments/chips.tsx.
(() => {
  const FORM = "form[data-attachable]";
  const URL = "/attachments";
  const restored = new WeakSet();
  /** Forms that are to be sent as soon as their uploads are through. */
  const waiting = new WeakMap();

  const listOf = (form) => form.querySelector("[data-attached]");
  const chipsOf = (form) => [...form.querySelectorAll("[data-attached] > [data-attachment]")];
  const uploadsOf = (form) => [...form.querySelectorAll("[data-attached] > [data-uploading]")];
  const draftKey = (form) => `boocode.attached.${form.dataset.composer}`;

  // ── coming in: { name, file } or { name, fields: { project_id, path, … } or { text, name } }, with the form it is for ─
  document.addEventListener("boocode:attach", ({ detail }) => {
    const form = detail.form ?? composerNow();
    if (!form) return;
    detail.taken = true;
    upload(form, detail.name, detail.file ? fileBody(detail.file) : detail.fields);
  });

  let last = null;
  document.addEventListener("focusin", ({ target }) => {
    if (target.closest?.("form[data-composer]")) last = target.closest("form[data-composer]");
  });
  function composerNow() {
    if (last?.isConnected) return last;
    const all = [...document.querySelectorAll("form[data-composer]")];
    return all.find((form) => form.getClientRects().length > 0) ?? all[0];
  }

  // ── uploading ─────────────────────────────────────────────────────────────────────────────────
  function fileBody(file) {
    const body = new FormData();
    body.append("files", file, file.name || "pasted");
    return body;
  }

  /** `body` is a form with a file, or fields for JSON. */
  function upload(form, name, body) {
    const chip = document.createElement("li");
    chip.className = "chip";
    chip.dataset.uploading = "";
    const words = document.createElement("span");
    words.className = "cut";
    words.textContent = name;
    const said = document.createElement("small");
    said.className = "dim";
    said.textContent = "0 %";
    const stop = removeButton(name);
    chip.append(words, said, stop);
    listOf(form).append(chip);
    const request = new XMLHttpRequest();
    request.open("POST", URL);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("Accept", "text/html");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      said.textContent = loaded < total ? `${Math.floor((loaded / total) * 100)} %` : "storing";
    });
    request.addEventListener("load", () => arrived(form, chip, request));
    request.addEventListener("error", () =>
      failed(form, chip, `${name} was not attached: the server does not answer.`),
    );
    request.addEventListener("abort", () => failed(form, chip, ""));
    stop.addEventListener("click", () => request.abort());
    const plain = !(body instanceof FormData);
    if (plain) request.setRequestHeader("Content-Type", "application/json");
    request.send(plain ? JSON.stringify(body) : body);
    changed(form);
  }

  function removeButton(name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-i btn-sm chip-x";
    button.setAttribute("aria-label", `Do not attach ${name}`);
    button.textContent = "×";
    return button;
  }

  function arrived(form, chip, request) {
    const html = request.responseText;
    if (request.status < 200 || request.status > 299) {
      const words = new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
      failed(form, chip, words || `Not attached: the server answered ${request.status}.`);
      return;
    }
    const made = fragment(html);
    chip.replaceWith(...made.children);
    changed(form);
    settle(form);
  }

  function failed(form, chip, words) {
    chip.remove();
    waiting.delete(form);
    if (words) problem(form, words);
    changed(form);
  }

  function fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  function problem(form, words) {
    const place =
      document.getElementById(`ce-${form.dataset.composer}`) ??
      form.querySelector("[data-problem]") ??
      addProblem(form);
    const note = document.createElement("p");
    note.className = "note-bad";
    note.setAttribute("role", "alert");
    note.textContent = words;
    place.append(note);
  }

  function addProblem(form) {
    const place = document.createElement("div");
    place.dataset.problem = "";
    form.prepend(place);
    return place;
  }

  // ── sending: not before everything is there ───────────────────────────────────────────────────
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      // Stop and its like go elsewhere and take nothing with them.
      if (!form.matches?.(FORM) || event.submitter?.hasAttribute("formaction") || uploadsOf(form).length === 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.set(form, event.submitter);
    },
    true,
  );

  function settle(form) {
    if (!waiting.has(form) || uploadsOf(form).length > 0) return;
    const submitter = waiting.get(form);
    waiting.delete(form);
    form.requestSubmit(submitter?.isConnected ? submitter : null);
  }

  const sent = new WeakMap();
  document.addEventListener("htmx:before:request", ({ target }) => {
    if (target.matches?.(FORM)) sent.set(target, chipsOf(target));
  });
  document.addEventListener("boocode:sent", ({ target }) => {
    for (const chip of sent.get(target) ?? []) chip.remove();
    changed(target);
  });

  // ── taking out ────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-detach]");
    if (button) detach(button.closest("[data-attachment]"));
  });
  document.addEventListener("keydown", (event) => {
    const chip = event.target.closest?.("[data-attached] > [data-attachment]");
    if (chip && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      detach(chip);
      return;
    }
    // Backspace at the front of the field goes to the newest chip.
    const field = event.target.matches?.(`${FORM} textarea`) ? event.target : null;
    if (!field || event.key !== "Backspace" || field.selectionStart !== 0 || field.selectionEnd !== 0) return;
    const newest = chipsOf(field.form).at(-1);
    if (!newest) return;
    event.preventDefault();
    newest.querySelector("[data-detach]").focus();
  });

  function detach(chip) {
    const form = chip.closest("form");
    const next = chip.nextElementSibling ?? chip.previousElementSibling;
    chip.remove();
    // One that a message has, or another draft, is not let go of: the answer does not matter here.
    if (form.dataset.composer) void fetch(`${URL}/${chip.dataset.attachment}`, { method: "DELETE" }).catch(() => {});
    changed(form);
    (next?.querySelector("[data-detach]") ?? form.querySelector("textarea"))?.focus();
  }

  // ── drafts ────────────────────────────────────────────────────────────────────────────────────
  function changed(form) {
    form.dispatchEvent(new CustomEvent("boocode:attached", { bubbles: true }));
    if (form.dataset.composer) keep(form);
  }

  function keep(form) {
    const ids = chipsOf(form).map((chip) => chip.dataset.attachment);
    try {
      if (ids.length === 0) localStorage.removeItem(draftKey(form));
      else localStorage.setItem(draftKey(form), JSON.stringify(ids));
    } catch {} // full or forbidden storage: the draft lives as long as the page
  }

  function keptIds(form) {
    try {
      const ids = JSON.parse(localStorage.getItem(draftKey(form)) ?? "[]");
      return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
    } catch {
      return [];
    }
  }

  function restore() {
    for (const form of document.querySelectorAll("form[data-composer]")) {
      if (restored.has(form) || !listOf(form)) continue;
      restored.add(form);
      // A page that came back with an error brings what was attached.
      if (chipsOf(form).length > 0) keep(form);
      else void bring(form, keptIds(form));
    }
  }

  /** Puts attachments into a form by their ids; those that are gone are said. */
  async function bring(form, ids) {
    const there = new Set(chipsOf(form).map((chip) => chip.dataset.attachment));
    const wanted = ids.filter((id) => !there.has(id));
    if (wanted.length === 0) return;
    const query = wanted.map((id) => `id=${encodeURIComponent(id)}`).join("&");
    const answer = await fetch(`${URL}?${query}`, { headers: { "HX-Request": "true", Accept: "text/html" } }).catch(
      () => null,
    );
    // Without an answer they stay in the draft, for the next reload.
    if (!answer?.ok) return;
    const made = fragment(await answer.text());
    const missing = wanted.length - made.children.length;
    listOf(form).append(made);
    if (missing > 0)
      problem(
        form,
        `${missing === 1 ? "An attachment" : `${missing} attachments`} of this draft waited too long and is gone: add it again.`,
      );
    changed(form);
  }

  // A queued message that is edited brings its attachments back (composer.js).
  document.addEventListener("boocode:bring", ({ target, detail }) => {
    if (target.matches?.(FORM)) void bring(target, detail.ids);
  });

  document.addEventListener("htmx:after:swap", restore);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", restore);
  else restore();
})();
