// The right rail: the tree remembers what is open and opens files as tabs, git's differences come up in a dialog, a
// commit message survives the panel being drawn anew. Markup: views/rail, views/diff.
(() => {
  const FRESH_MS = 2_000; // focus comes and goes; git is not asked oftener than this
  const AFTER_RUN_MS = 400;
  const OPEN_CHARS = 6_000; // of an address, for the directories that are open

  const rail = () => document.getElementById("right-rail");
  const store = {
    get(key) {
      try {
        return sessionStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        if (value) sessionStorage.setItem(key, value);
        else sessionStorage.removeItem(key);
      } catch {} // full or forbidden storage: remembered as long as the page
    },
  };

  // ── the tree: which directories are open ──────────────────────────────────────────────────────
  const formOf = (element) => element.closest(".files")?.querySelector("form[data-tree]");
  const openKey = (form) => `boocode.tree.${form.dataset.tree}`;
  const opened = (form) => new Set(JSON.parse(store.get(openKey(form)) ?? "[]"));

  // Toggle does not bubble, it can only be caught on its way down.
  document.addEventListener(
    "toggle",
    ({ target }) => {
      const form = target.matches?.(".tree details[data-path]") && formOf(target);
      if (!form) return;
      const paths = opened(form);
      if (target.open) paths.add(target.dataset.path);
      else paths.delete(target.dataset.path);
      store.set(openKey(form), paths.size > 0 ? JSON.stringify([...paths]) : "");
    },
    true,
  );

  document.addEventListener("htmx:config:request", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-tree]")) return;
    let room = OPEN_CHARS;
    for (const path of opened(form)) {
      room -= encodeURIComponent(path).length + 6;
      if (room > 0) event.detail.ctx.request.body.append("open", path);
    }
  });

  // A morph leaves `open` as it is, also where the page was loaded anew and everything is shut.
  function reopen() {
    for (const form of document.querySelectorAll("form[data-tree]")) {
      const paths = opened(form);
      for (const directory of form.closest(".files").querySelectorAll(".tree details[data-path]:not([open])"))
        if (paths.has(directory.dataset.path) && !directory.querySelector(":scope > ul[hx-get]")) directory.open = true;
    }
  }

  // ── the tree: opening, and the arrow keys ─────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".tree a[data-path]");
    const url = link?.closest("[data-open]")?.dataset.open;
    if (!url || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    window.htmx?.ajax("POST", url, {
      source: rail(),
      values: { change: "open", kind: "file", path: link.dataset.path },
      swap: "none",
    });
    if (rail().matches(":popover-open")) rail().hidePopover();
  });

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.(".tree :is(summary, a)");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const directory = row.closest("summary")?.parentElement;
    if (move) {
      const rows = [...row.closest(".treebox, .page").querySelectorAll(".tree :is(summary, a)")];
      const shown = rows.filter((r) => r.getClientRects().length > 0);
      shown[shown.indexOf(row) + move]?.focus();
    } else if (event.key === "ArrowRight" && directory && !directory.open) directory.open = true;
    else if (event.key === "ArrowLeft") {
      if (directory?.open) directory.open = false;
      else row.closest("ul").closest("details")?.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });

  // ── reading again: when the window comes back, and when a run has ended ───────────────────────
  let last = 0;
  let timer = 0;

  function refresh() {
    clearTimeout(timer);
    if (document.hidden || Date.now() - last < FRESH_MS) return;
    last = Date.now();
    for (const region of document.querySelectorAll("form[data-tree], section.git, section.finish"))
      if (region.getClientRects().length > 0) window.htmx?.trigger(region, "boocode:refresh", {}, false);
  }

  addEventListener("focus", refresh);
  document.addEventListener("htmx:sse:after:message", ({ detail }) => {
    // What follows an answer is drawn when its run begins and when it ends.
    if (!rail() || !detail.message?.data?.includes('hx-target="#end-')) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, AFTER_RUN_MS);
  });

  // ── git: differences in a dialog ──────────────────────────────────────────────────────────────
  document.addEventListener("htmx:after:settle", ({ target }) => {
    if (target.id === "diff-body" && !target.closest("dialog").open) target.closest("dialog").showModal();
    if (target.id === "right-rail-body") focusPanel(target);
    drawn();
  });
  document.addEventListener("htmx:after:swap", drawn);

  document.addEventListener("click", ({ target }) => {
    if (target.matches?.("dialog.diffdlg") || target.closest?.("[data-close-dialog]")) target.closest("dialog").close();
  });

  /** The link that was used is gone with the panel it was in: the keyboard goes to its successor. */
  function focusPanel(body) {
    if (document.activeElement !== document.body && !body.contains(document.activeElement)) return;
    (body.querySelector("[data-rail][aria-current]") ?? body.querySelector("[data-rail]"))?.focus();
  }

  // ── git: a commit message that is being written ───────────────────────────────────────────────
  const FIELD = "form[data-commit] textarea";
  const draftKey = (field) => `boocode.commit.${field.form.dataset.commit}`;

  document.addEventListener("input", ({ target }) => {
    if (target.matches?.(FIELD)) store.set(draftKey(target), target.value);
  });
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    const field = target.matches?.("form[data-commit]") && target.querySelector("textarea");
    if (field && detail.ctx?.response?.status < 300) store.set(draftKey(field), "");
  });

  function drawn() {
    reopen();
    for (const field of document.querySelectorAll(FIELD))
      if (field.value === "") field.value = store.get(draftKey(field)) ?? "";
  }

  // ── the drawer of the phone has something in it from the start ────────────────────────────────
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.id !== "right-rail" || event.newState !== "open") return;
      event.target.querySelector('[data-panel="off"] [data-rail="files"]')?.click();
    },
    true,
  );

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", drawn);
  else drawn();
})();
