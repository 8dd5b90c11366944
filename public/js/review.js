// The review: one hunk is the current one, keys decide it, and what comes after it is next. What was decided is brought by
// the stream; lines that are shown stay as they are. Markup: views/review, keys: src/domain/keys.ts.
(() => {
  const STATES_MS = 250; // news that come together are asked for together
  /** Hunks that the reader has unfolded, by element id: a morph takes marks off that the server does not know. */
  const shown = new Set();
  let now = null; // element id of the current hunk
  let follow = false; // the next thing that comes is what was just decided

  const box = () => [...document.querySelectorAll("[data-review]")].find((b) => b.getClientRects().length > 0);
  const hunkOf = (element) => element?.closest?.(".hunk[data-hunk]") ?? null;
  const hunks = () => [...(box()?.querySelectorAll(".hunk[data-hunk]") ?? [])];
  const current = () => {
    const hunk = now && document.getElementById(now);
    return hunk && box()?.contains(hunk) ? hunk : null;
  };
  const waits = (hunk) => hunk.dataset.state === "pending" || hunk.dataset.state === "stale";
  const unseen = (hunk) => hunk.dataset.state === "pending" && !("viewed" in hunk.dataset);
  const fileOf = (hunk) => hunk.closest(".file");
  const submit = (form, button) => form?.requestSubmit(button ?? undefined);

  // ── the current hunk ──────────────────────────────────────────────────────────────────────────
  function mark() {
    for (const old of document.querySelectorAll(".hunk[data-now]")) if (old.id !== now) old.removeAttribute("data-now");
    const hunk = current();
    hunk?.setAttribute("data-now", "");
    for (const id of shown) document.getElementById(id)?.setAttribute("data-shown", "");
    const change = hunk && fileOf(hunk)?.dataset.change;
    for (const row of document.querySelectorAll(".ftree a[data-file]")) {
      const here = row.dataset.file === change;
      if (here !== row.hasAttribute("aria-current")) row.toggleAttribute("aria-current", here);
      if (here) row.setAttribute("aria-current", "true");
    }
  }

  function go(hunk, { focus = true, scroll = true } = {}) {
    if (!hunk) return;
    now = hunk.id;
    mark();
    if (focus) hunk.focus({ preventScroll: true });
    if (scroll) toSight(hunk);
    if (unseen(hunk)) view(fileOf(hunk).dataset.change, hunk.dataset.hunk);
  }

  /** Its header below the file's, and as much of it as fits. */
  function toSight(hunk) {
    const area = hunk.closest(".hunks");
    const head = fileOf(hunk)?.querySelector(".fhead")?.offsetHeight ?? 0;
    const top = hunk.getBoundingClientRect().top - area.getBoundingClientRect().top - head;
    const over = top + hunk.offsetHeight + head - area.clientHeight;
    if (top < 0) area.scrollBy({ top });
    else if (over > 0) area.scrollBy({ top: Math.min(top, over) });
    document.querySelector(".ftree a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  const view = (change, hunk) =>
    fetch(`/changes/${change}/viewed`, {
      method: "POST",
      headers: { "HX-Request": "true" },
      body: new URLSearchParams(hunk ? { viewed: "1", hunks: hunk } : { viewed: "1" }),
    }).catch(() => {}); // it stays unseen, and says so

  /** The next hunk in this direction that will do; what is not here yet is fetched. */
  function step(by, will) {
    const all = hunks();
    const at = all.indexOf(current());
    const rest = by > 0 ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse();
    const found = rest.find(will);
    if (found) return go(found);
    if (by > 0 && bring(all[at])) return;
    const around = by > 0 ? all : [...all].reverse();
    go(around.find(will) ?? null);
  }

  /** Fetches the next file (or files) after this hunk and goes on there once it has come. */
  let wanted = null;
  function bring(hunk) {
    const places = [...(box()?.querySelectorAll(".file > .later, .hunks > .more, .file > .folded[hx-get]") ?? [])];
    const after = places.find(
      (place) => !hunk || hunk.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    if (!after) return false;
    wanted = { from: hunk?.id ?? null };
    after.scrollIntoView({ block: "center" });
    return true;
  }

  function goOn() {
    if (!wanted) return;
    const all = hunks();
    const at = wanted.from ? all.findIndex((h) => h.id === wanted.from) : -1;
    const found = all.slice(at + 1).find((h) => unseen(h) || waits(h));
    if (found) {
      wanted = null;
      go(found);
    } else if (!bring(all.at(-1))) wanted = null;
  }

  // ── keys ──────────────────────────────────────────────────────────────────────────────────────
  const on = (name, act) =>
    document.addEventListener(`boocode:review-${name}`, () => {
      const review = box();
      if (review) act(current() ?? hunks().find(waits) ?? hunks()[0] ?? null, review);
    });
  const decide = (verdict) => (hunk) => {
    const button = hunk?.querySelector(`[data-verdict] [name="verdict"][value="${verdict}"]`);
    if (!button) return;
    if (hunk.id !== now) go(hunk);
    submit(button.form, button);
  };
  on("accept", decide("accepted"));
  on("reject", decide("rejected"));
  on("comment", (hunk) => comment(hunk));
  on("viewed", (hunk) => hunk && submit(fileOf(hunk).querySelector("[data-seen]"), null));
  on("unseen-next", () => step(1, unseen));
  on("unseen-before", () => step(-1, unseen));
  on("next", () => step(1, () => true));
  on("before", () => step(-1, () => true));
  on("show", (hunk) => hunk && toggle(hunk));
  on("undo", (_hunk, review) => submit(review.querySelector("form[data-undo]"), null));
  on("apply", (_hunk, review) => {
    if (document.activeElement?.matches("[data-comment-form] textarea")) submit(document.activeElement.form);
    else if (!document.activeElement?.matches("[data-composer] textarea"))
      submit(review.querySelector("form[data-apply]"));
  });

  // ── clicks ────────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const { target } = event;
    if (!target.closest?.("[data-review]")) return;
    if (target.closest("[data-next-unseen]")) return step(1, unseen);
    const row = target.closest(".ftree a[data-file]");
    if (row && !event.ctrlKey && !event.metaKey && toFile(row.dataset.file)) return event.preventDefault();
    const hunk = hunkOf(target);
    if (!hunk) return;
    if (target.closest("[data-show]")) {
      event.preventDefault();
      toggle(hunk);
    }
    if (target.closest("[data-comment]")) comment(hunk);
    else if (!target.closest("a, button, textarea, summary") && getSelection()?.isCollapsed)
      go(hunk, { scroll: false });
  });

  function toFile(change) {
    const file = document.getElementById(`rf-${change}`);
    if (!file) return false;
    file.scrollIntoView({ block: "start" });
    const first = file.querySelector(".hunk[data-hunk]");
    if (first) go([...file.querySelectorAll(".hunk[data-hunk]")].find(waits) ?? first, { scroll: false });
    return true;
  }

  function toggle(hunk) {
    if (shown.delete(hunk.id)) hunk.removeAttribute("data-shown");
    else shown.add(hunk.id);
    go(hunk);
  }

  function comment(hunk) {
    const form = hunk?.querySelector(".newcmt");
    if (!form) return;
    if (!waits(hunk)) shown.add(hunk.id);
    go(hunk, { focus: false });
    form.open = true;
    form.querySelector("textarea").focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !event.target.matches?.("[data-comment-form] textarea")) return;
    const hunk = hunkOf(event.target);
    event.target.closest("details").open = false;
    hunk?.focus({ preventScroll: true });
  });

  // ── what is posted ────────────────────────────────────────────────────────────────────────────
  document.addEventListener(
    "submit",
    (event) => {
      const { target } = event;
      if (target.matches?.("form[data-apply]") && target.querySelector('[aria-disabled="true"]'))
        event.preventDefault();
    },
    true,
  );

  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    const status = detail.ctx?.response?.status ?? 0;
    if (status < 200 || status > 299 || !target.closest?.("[data-review]")) return;
    if (target.matches("[data-comment-form]")) {
      target.reset();
      target.closest("details").open = false;
      hunkOf(target)?.focus({ preventScroll: true });
    }
    if (target.matches("[data-verdict]")) decided(hunkOf(target));
  });

  /** What was decided folds; the next one that waits takes the keyboard, before its button goes. */
  function decided(hunk) {
    if (!hunk) return;
    shown.delete(hunk.id);
    const all = hunks();
    const at = all.indexOf(hunk);
    const next = all.slice(at + 1).find(waits) ?? null;
    follow = true;
    if (next) go(next);
    else if (!bring(hunk)) go(all.find((h) => h !== hunk && waits(h)) ?? hunk);
  }

  // ── what comes ────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("htmx:after:swap", () => {
    mark();
    goOn();
    if (follow && current()) toSight(current());
    follow = false;
  });

  // A change that this page has no line of, or too many at once: its list and states are read again.
  let timer = 0;
  document.addEventListener("htmx:sse:after:message", ({ detail }) => {
    const review = document.querySelector("[data-review]");
    const data = detail.message?.data ?? "";
    if (!review || !data.includes('hx-target="#rb-')) return;
    const named = [...data.matchAll(/hx-target="#rr-([0-9a-z]+)"/g)].map((m) => m[1]);
    const known = named.every((id) => document.getElementById(`rr-${id}`));
    if (known && !data.includes("data-many")) return;
    clearTimeout(timer);
    timer = setTimeout(readAgain, STATES_MS);
  });

  async function readAgain() {
    for (const review of document.querySelectorAll("[data-review]")) {
      const files = [...review.querySelectorAll(".file[data-change]")].map((f) => f.dataset.change);
      const url = `/sessions/${review.dataset.review}/review?part=news&rows=${review.querySelectorAll(".ftree a[data-file]").length}&files=${files.slice(0, FILES_MAX).join(",")}`;
      await window.htmx?.ajax("GET", url, { source: review, swap: "none" });
      fill(review);
    }
  }
  const FILES_MAX = 200;

  /** Files that the list names and the page has not: each comes behind the one that stands before it in the list. */
  function fill(review) {
    const area = review.querySelector(".hunks");
    if (review.querySelector(".hunks > .more") || !area) return;
    area.querySelector(":scope > .newtab")?.remove();
    let before = null;
    for (const row of review.querySelectorAll(".ftree a[data-file]")) {
      const there = document.getElementById(`rf-${row.dataset.file}`);
      if (there) before = there;
      else before = place(area, before, row.dataset.file);
    }
  }

  function place(area, before, change) {
    const file = document.createElement("section");
    file.className = "file";
    file.id = `rf-${change}`;
    file.dataset.change = change;
    for (const [name, value] of [
      ["hx-get", `/changes/${change}/review`],
      ["hx-trigger", "intersect once"],
      ["hx-swap", "outerHTML"],
    ])
      file.setAttribute(name, value);
    file.innerHTML = '<p class="later">Its hunks</p>';
    if (before) before.after(file);
    else area.prepend(file);
    window.htmx?.process(file);
    return file;
  }

  // ── another look at the same place ────────────────────────────────────────────────────────────
  document.addEventListener("htmx:before:request", ({ target }) => {
    if (target.matches?.("form[data-look]")) wanted = now ? { from: null, again: now } : null;
  });

  // The page begins where its address says, or nowhere: the first key goes to the first hunk that waits.
  function begin() {
    const named = /^#(h-.+)$/.exec(location.hash)?.[1];
    if (named && document.getElementById(named)) {
      shown.add(named);
      go(document.getElementById(named));
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
