// The composer: Enter sends (or queues) and never stops a run, drafts survive a reload, nothing typed is ever lost.
// Works by delegation, so parts of the page may be swapped at any time. Markup: views/chats/composer.tsx.
(() => {
  const FORM = "form[data-composer]";
  const FIELD = `${FORM} textarea[name="text"]`;
  /** Fields of other forms in which a message begins. */
  const SENDING = `${FIELD}, textarea[data-enter="send"]`;
  /** The counter appears from this share of the limit on. */
  const COUNT_FROM = 0.9;
  const restored = new WeakSet();
  const sentTexts = new WeakMap();

  const draftKey = (form) => `boocode.draft.${form.dataset.composer}`;
  const fieldOf = (form) => form.querySelector('textarea[name="text"]');
  const composerOf = (form) => form.closest(".composer");

  // ── typing ────────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || !event.target.matches?.(SENDING)) return;
    // 229: Safari ends a composition before the key that confirmed it.
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (hasWhatToSend(event.target) && !event.repeat) event.target.form.requestSubmit();
  });

  document.addEventListener("input", (event) => {
    if (!event.target.matches?.(FIELD)) return;
    composerOf(event.target.form)?.removeAttribute("data-sent");
    changed(event.target);
  });

  function changed(field) {
    keepDraft(field);
    measure(field);
    if (!CSS.supports("field-sizing", "content")) grow(field);
  }

  function grow(field) {
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  }

  function measure(field) {
    const limit = Number(field.dataset.limit);
    const length = field.value.length;
    const size = field.form.querySelector("[data-size]");
    const said = `${length.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")} characters`;
    if (size) {
      size.textContent = length >= limit * COUNT_FROM ? said : "";
      size.toggleAttribute("data-over", length > limit);
    }
    field.setCustomValidity(problemOf(field, limit, said));
  }

  function problemOf(field, limit, said) {
    if (field.value.length > limit) return `Too long: ${said}. Shorten it, or attach the long part as a file.`;
    return hasWhatToSend(field) ? "" : "Write something first.";
  }

  const hasWhatToSend = (field) =>
    field.value.trim() !== "" || field.form.querySelector("[data-attached] > li") !== null;

  document.addEventListener("boocode:attached", ({ target }) => {
    if (target.matches?.(FORM)) measure(fieldOf(target));
  });

  // ── drafts ────────────────────────────────────────────────────────────────────────────────────
  function keepDraft(field) {
    try {
      if (field.value === "") localStorage.removeItem(draftKey(field.form));
      else localStorage.setItem(draftKey(field.form), field.value);
    } catch {} // full or forbidden storage: the draft lives as long as the page
  }

  function restoreDrafts() {
    for (const field of document.querySelectorAll(FIELD)) {
      if (restored.has(field)) continue;
      restored.add(field);
      const kept = draftOf(field.form);
      if (field.value === "") field.value = kept;
      // The page came with a command to begin with: what was written before follows it.
      else if (/^\/\S+ $/.test(field.value) && !kept.startsWith(field.value)) field.value += kept;
      changed(field);
    }
  }

  function draftOf(form) {
    try {
      return localStorage.getItem(draftKey(form)) ?? "";
    } catch {
      return "";
    }
  }

  function setText(field, text) {
    field.value = text;
    changed(field);
  }

  // ── sending ───────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.target;
    if (!form.matches?.(FORM)) return;
    sentTexts.set(form, fieldOf(form).value);
    showProblem(form, "");
  });

  document.addEventListener("htmx:after:request", (event) => {
    const form = event.target;
    const status = event.detail.ctx?.response?.status ?? 0;
    if (form.matches?.(FORM) && status >= 200 && status < 300) accepted(form);
  });

  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail.ctx;
    const form = ctx?.sourceElement;
    if (form?.matches?.(FORM) && !ctx.response) {
      showProblem(form, "Not sent: the server does not answer. Your text is kept; send it again.");
    }
  });

  function accepted(form) {
    const field = fieldOf(form);
    // Whoever typed on while the post was under way keeps what is there now.
    if (field.value === sentTexts.get(form)) setText(field, "");
    form.elements.client_id.value = newId();
    composerOf(form)?.toggleAttribute("data-sent", (document.documentElement.dataset.stream ?? "live") !== "live");
    form.dispatchEvent(new CustomEvent("boocode:sent", { bubbles: true }));
  }

  function showProblem(form, message) {
    const place = document.getElementById(`ce-${form.dataset.composer}`);
    if (!place) return;
    place.replaceChildren();
    if (message === "") return;
    const note = document.createElement("p");
    note.className = "note-bad";
    note.setAttribute("role", "alert");
    note.textContent = message;
    place.append(note);
  }

  // crypto.randomUUID is missing on plain http from another machine.
  function newId() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // ── a queued message that is edited, one that is restored to: its text goes back into the field ───────────────────────────────────────
  document.addEventListener("htmx:config:request", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-edit]")) return;
    const row = form.closest("li, .asked");
    const pieces = row?.querySelectorAll("[data-text]") ?? [];
    const text = [...pieces].map((piece) => piece.textContent).join("");
    const attached = [...(row?.querySelectorAll(".sent > [data-attachment]") ?? [])];
    const ids = attached.map((one) => one.dataset.attachment);
    const { ctx } = event.detail;
    // The stream may remove the row before the answer is here, and a removed row gets no events: hence not by event.
    ctx.fetch = async (url, options) => {
      const answer = await fetch(url, options);
      if (answer.ok) takeBack(form.dataset.edit, text, ids);
      return answer;
    };
  });

  function takeBack(chatId, text, ids) {
    const field = document.querySelector(`form[data-composer="${CSS.escape(chatId)}"] textarea[name="text"]`);
    if (!field) return;
    setText(field, field.value.trim() === "" ? text : `${text}\n\n${field.value}`);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    field.form.dispatchEvent(new CustomEvent("boocode:bring", { bubbles: true, detail: { ids } }));
  }

  // ── a choice in a menu closes it; after a model the next thing is to write ─────────────────────
  document.addEventListener("submit", (event) => {
    const menu = event.target.closest?.("[popover]");
    if (!menu?.matches(":popover-open")) return;
    const field = menu.closest(".composer")?.querySelector(FIELD);
    menu.hidePopover();
    field?.focus();
  });

  // ── the keyboard's place: a button that the stream replaced (Stop, Continue, a queued row) hands it to the field ─
  let focused = null;
  document.addEventListener("focusin", ({ target }) => {
    // The review hands it on by itself: from a hunk to the next one.
    const byKeyboard =
      target.matches("main button:focus-visible, main summary:focus-visible") && !target.closest("[data-review]");
    focused = byKeyboard ? { element: target, view: target.closest(".view") } : null;
  });

  function keepFocus() {
    if (!focused || focused.element.getClientRects().length > 0 || document.activeElement !== document.body) return;
    const fields = [...document.querySelectorAll(FIELD)].filter((field) => field.getClientRects().length > 0);
    (fields.find((field) => focused.view?.contains(field)) ?? fields[0])?.focus();
    focused = null;
  }

  document.addEventListener("htmx:after:swap", () => {
    restoreDrafts();
    keepFocus();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", restoreDrafts);
  else restoreDrafts();
})();
