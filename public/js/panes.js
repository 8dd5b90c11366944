// Panes: dividers that are dragged or moved by the arrow keys, tabs that are dragged to another place, Alt keys.
// The layout itself lives on the server; every gesture ends in one POST, and the stream brings what came of it.
(() => {
  const STEP = 25; // per mille a key press
  const LEAST = 100; // per mille a pane keeps
  const EDGE = 0.22; // share of a view at its edge that means "beside it"

  const bars = () => document.querySelector(".bars[data-changes]");
  // Not htmx.ajax: it would send the fields of every form in the bars along.
  async function post(values) {
    const at = bars();
    if (!at) return;
    const answer = await fetch(at.dataset.changes, {
      method: "POST",
      headers: { "HX-Request": "true" },
      body: new URLSearchParams(values),
    }).catch(() => null);
    const note = document.getElementById("notice");
    if (!note) return;
    note.textContent = answer?.ok
      ? ""
      : answer
        ? await reason(answer)
        : "The server does not answer. The panes stay as they are.";
  }

  const reason = async (answer) =>
    new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim();

  // ── dividers ──────────────────────────────────────────────────────────────────────────────────
  const read = (divider) => ({
    gap: Number(divider.dataset.gap),
    shares: divider.dataset.shares.split(",").map(Number),
    row: divider.classList.contains("row"),
  });

  function moved({ gap, shares }, by) {
    const room = Math.max(LEAST - shares[gap], Math.min(by, shares[gap + 1] - LEAST));
    return shares.map((share, i) => Math.round(i === gap ? share + room : i === gap + 1 ? share - room : share));
  }

  document.addEventListener("keydown", (event) => {
    const divider = event.target.closest?.(".divider");
    if (!divider) return;
    const state = read(divider);
    const [less, more] = state.row ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key !== less && event.key !== more) return;
    event.preventDefault();
    post({
      change: "resize",
      path: divider.dataset.path,
      shares: moved(state, event.key === less ? -STEP : STEP).join(","),
    });
  });

  document.addEventListener("pointerdown", (event) => {
    const divider = event.target.closest?.(".divider");
    if (!divider || event.button !== 0) return;
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
    const state = read(divider);
    const area = divider.closest(".panes").getBoundingClientRect();
    const start = state.row ? event.clientX : event.clientY;
    // Shares are of the split, which may be a part of the page only: its size follows from its own children.
    const size = splitSize(divider, state, area);
    let shares = state.shares;
    divider.toggleAttribute("data-dragging", true);
    const move = (e) => {
      const by = (((state.row ? e.clientX : e.clientY) - start) / size) * 1000;
      shares = moved(state, by);
      divider.style.translate = state.row
        ? `${((shares[state.gap] - state.shares[state.gap]) / 1000) * size}px`
        : `0 ${((shares[state.gap] - state.shares[state.gap]) / 1000) * size}px`;
    };
    const end = () => {
      divider.removeEventListener("pointermove", move);
      divider.removeAttribute("data-dragging");
      divider.style.translate = "";
      if (shares !== state.shares) post({ change: "resize", path: divider.dataset.path, shares: shares.join(",") });
    };
    divider.addEventListener("pointermove", move);
    divider.addEventListener("pointerup", end, { once: true });
    divider.addEventListener("pointercancel", end, { once: true });
  });

  /** Pixels of the whole split: the two neighbours of the gap together are their shares of it. */
  function splitSize(divider, { gap, shares, row }, area) {
    const line = divider.getBoundingClientRect();
    const at = row ? line.left + line.width / 2 : line.top + line.height / 2;
    const across = row ? line.top + line.height / 2 : line.left + line.width / 2;
    const panes = [...document.querySelectorAll(".panes .pane, .panes .view")].map((p) => p.getBoundingClientRect());
    const before = panes.filter(
      (p) =>
        Math.abs((row ? p.right : p.bottom) - at) < 8 &&
        (row ? p.top <= across && p.bottom >= across - 1 : p.left <= across && p.right >= across),
    );
    const least = Math.min(...before.map((p) => (row ? p.left : p.top)), row ? area.right : area.bottom);
    return ((at - least) / shares[gap]) * 1000 || (row ? area.width : area.height);
  }

  // ── many tabs: the one that is shown is in sight ──────────────────────────────────────────────
  let inSight = "";
  function showActive() {
    const tabs = [...document.querySelectorAll(".bars .tab[aria-current]")];
    // Also where it moved because the tabs before it grew; who scrolled the strip by hand is left alone.
    const key = tabs.map((tab) => `${tab.getAttribute("href")} ${tab.offsetLeft} ${tab.offsetWidth}`).join();
    if (key === inSight) return;
    inSight = key;
    for (const tab of tabs) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  document.addEventListener("htmx:sse:after:message", showActive);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", showActive);
  else showActive();

  // ── dragging tabs ─────────────────────────────────────────────────────────────────────────────
  let dragged = null;
  let zone = null;

  document.addEventListener("dragstart", (event) => {
    const box = event.target.closest?.(".tabbox");
    if (!box) return;
    dragged = box.dataset.tab;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", box.textContent.trim());
  });
  document.addEventListener("dragend", clear);

  document.addEventListener("dragover", (event) => {
    if (dragged === null) return;
    const target = placeOf(event);
    mark(target);
    if (target) event.preventDefault();
  });

  document.addEventListener("drop", (event) => {
    if (dragged === null) return;
    const target = placeOf(event);
    const tab = dragged;
    clear();
    if (!target) return;
    event.preventDefault();
    if (target.split) post({ change: "split", pane: target.pane, direction: target.split, tab });
    else post({ change: "move", tab, pane: target.pane, index: target.index });
  });

  /** Over a tab: before it. Over a bar: at its end. Over a view: its right or lower edge splits, its middle takes the tab. */
  function placeOf(event) {
    const pane = event.target.closest?.(".pane");
    if (pane) {
      const box = event.target.closest(".tabbox");
      return { pane: pane.dataset.pane, index: box ? Number(box.dataset.index) : 100, mark: box ?? pane };
    }
    const view = event.target.closest?.(".panes .view");
    const bar = view && paneOfView(view);
    if (!bar) return null;
    const rect = view.getBoundingClientRect();
    if (event.clientX > rect.right - rect.width * EDGE)
      return {
        pane: bar.dataset.pane,
        split: "row",
        rect: { ...box(rect), left: rect.left + rect.width / 2, width: rect.width / 2 },
      };
    if (event.clientY > rect.bottom - rect.height * EDGE)
      return {
        pane: bar.dataset.pane,
        split: "column",
        rect: { ...box(rect), top: rect.top + rect.height / 2, height: rect.height / 2 },
      };
    return { pane: bar.dataset.pane, index: 100, rect: box(rect) };
  }

  const box = ({ left, top, width, height }) => ({ left, top, width, height });

  function paneOfView(view) {
    return document.querySelector(`.pane .tabbox[data-tab="${view.dataset.tab}"]`)?.closest(".pane") ?? null;
  }

  function mark(target) {
    for (const element of document.querySelectorAll("[data-drop]"))
      if (element !== target?.mark) element.removeAttribute("data-drop");
    target?.mark?.toggleAttribute("data-drop", true);
    zone?.remove();
    zone = null;
    if (!target?.rect) return;
    zone = document.createElement("div");
    zone.className = "dropzone";
    const area = document.querySelector(".panes");
    const base = area.getBoundingClientRect();
    Object.assign(zone.style, {
      left: `${target.rect.left - base.left}px`,
      top: `${target.rect.top - base.top}px`,
      width: `${target.rect.width}px`,
      height: `${target.rect.height}px`,
    });
    area.append(zone);
  }

  function clear() {
    dragged = null;
    mark(null);
  }

  // ── which pane has the keyboard ───────────────────────────────────────────────────────────────
  document.addEventListener("focusin", (event) => {
    const view = event.target.closest?.(".panes .view");
    const pane = view ? paneOfView(view) : null;
    if (pane && !pane.classList.contains("focus") && document.querySelectorAll(".panes .pane").length > 1)
      post({ change: "focus", pane: pane.dataset.pane });
  });

  // Keys: bound by keys.js from the key sheet; what they do to panes is here.
  const focusedPane = () => document.querySelector(".panes .pane.focus");
  const activeTab = () => focusedPane()?.querySelector(".tab[aria-current]")?.closest(".tabbox")?.dataset.tab;
  const on = (name, act) =>
    document.addEventListener(`boocode:${name}`, (event) => {
      if (bars()) act(event.detail);
    });
  on("tab", (number) => toTab(number));
  on("pane-before", () => step(-1));
  on("pane-after", () => step(1));
  on("split", () => focusedPane() && post({ change: "split", pane: focusedPane().dataset.pane, direction: "row" }));
  on("close-tab", () => activeTab() && post({ change: "close", tab: activeTab() }));
  on("reopen-tab", () => post({ change: "reopen" }));
  on("new-chat", () => focusedPane()?.querySelector('form[action$="/chats"]')?.requestSubmit());
  on("new-terminal", () => focusedPane()?.querySelector('form[action$="/terminals"]')?.requestSubmit());
  on("maximise", () => {
    const alone =
      [...document.querySelectorAll(".panes .pane")].filter((p) => p.getClientRects().length > 0).length === 1;
    post(alone ? { change: "maximise" } : { change: "maximise", pane: focusedPane().dataset.pane });
  });

  function toTab(number) {
    if (!document.querySelector(`.tabbox[data-tab="${number}"]`)) return;
    post({ change: "activate", tab: number });
    wanted = number;
    focusWanted();
  }

  function step(by) {
    const all = [...document.querySelectorAll(".panes .pane")];
    const next = all[(all.indexOf(focusedPane()) + by + all.length) % all.length];
    const tab = next?.querySelector(".tab[aria-current]")?.closest(".tabbox")?.dataset.tab;
    if (tab) toTab(tab);
    else if (next) post({ change: "focus", pane: next.dataset.pane });
  }

  // The keyboard goes to the field of the tab that was asked for, as soon as it is on the page.
  let wanted = null;
  function focusWanted() {
    const view = wanted && document.getElementById(`view-${wanted}`);
    if (!view || view.getClientRects().length === 0) return;
    wanted = null;
    (view.querySelector("textarea") ?? view.querySelector("[tabindex], a, button") ?? view).focus();
  }
  document.addEventListener("htmx:sse:after:message", focusWanted);
})();
