// Lines of a file: a click on a number selects it, with Shift up to there; the arrow keys do the same. The address keeps
// the selection (#L10-L20); it can be copied as a link or as text, or go to a chat as an attachment. Markup: views/files/file.tsx.
(() => {
  const selections = new WeakMap();

  const rowsOf = (viewer) => viewer.querySelector("pre.src code")?.children ?? [];
  const firstOf = (viewer) => Number(viewer.dataset.from);
  const rowAt = (viewer, number) => rowsOf(viewer)[number - firstOf(viewer)];
  const numberOf = (viewer, link) => firstOf(viewer) + [...rowsOf(viewer)].indexOf(link.parentElement);
  const isPage = (viewer) => !("pane" in viewer.dataset);
  const named = ({ from, to }) => (from === to ? `L${from}` : `L${from}-L${to}`);

  // ── selecting ─────────────────────────────────────────────────────────────────────────────────
  function select(viewer, anchor, end = anchor) {
    const chosen = { anchor, end, from: Math.min(anchor, end), to: Math.max(anchor, end) };
    clear(viewer);
    selections.set(viewer, chosen);
    for (let n = chosen.from; n <= chosen.to; n++) rowAt(viewer, n)?.classList.add("sel");
    reach(viewer, end);
    const bar = viewer.querySelector(".linebar");
    bar.hidden = false;
    const count = chosen.to - chosen.from + 1;
    bar.querySelector("[data-said]").textContent =
      count === 1 ? `Line ${chosen.from}` : `Lines ${chosen.from}–${chosen.to} (${count})`;
    const attach = bar.querySelector('[data-lines="attach"]');
    if (attach) attach.hidden = !document.querySelector("form[data-composer]");
    if (isPage(viewer)) history.replaceState(history.state, "", `#${named(chosen)}`);
  }

  function clear(viewer) {
    selections.delete(viewer);
    for (const row of viewer.querySelectorAll(".sel, .marked")) row.classList.remove("sel", "marked");
    viewer.querySelector(".linebar").hidden = true;
  }

  /** The one number that the tab key comes to. */
  function reach(viewer, number) {
    const link = rowAt(viewer, number)?.querySelector("a");
    if (!link) return null;
    for (const other of viewer.querySelectorAll('.src a[tabindex="0"]')) other.tabIndex = -1;
    link.tabIndex = 0;
    return link;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".viewer .src a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const viewer = link.closest(".viewer");
    const number = numberOf(viewer, link);
    select(viewer, event.shiftKey ? (selections.get(viewer)?.anchor ?? number) : number, number);
  });

  document.addEventListener("keydown", (event) => {
    const viewer = event.target.closest?.(".viewer");
    if (!viewer || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && selections.has(viewer)) {
      clear(viewer);
      if (isPage(viewer)) history.replaceState(history.state, "", location.pathname + location.search);
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!event.target.matches(".src a")) return;
    const number = numberOf(viewer, event.target);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select(viewer, number);
    }
    if (!by || !rowAt(viewer, number + by)) return;
    event.preventDefault();
    if (event.shiftKey) select(viewer, selections.get(viewer)?.anchor ?? number, number + by);
    reach(viewer, number + by).focus();
  });

  // ── what can be done with them ────────────────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-lines]");
    const viewer = button?.closest(".viewer");
    const chosen = viewer && selections.get(viewer);
    if (!chosen) return;
    ACTS[button.dataset.lines](viewer, chosen, button);
  });

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const ACTS = {
    link: (viewer, chosen, button) => tell("boocode:copy", { text: linkTo(viewer, chosen), button }),
    text: (viewer, chosen, button) => tell("boocode:copy", { text: textOf(viewer, chosen), button }),
    none: (viewer) => clear(viewer),
    attach: (viewer, { from, to }, button) => {
      const { path, project } = viewer.dataset;
      const fields = { project_id: project, path, from_line: from, to_line: to };
      const detail = { name: `${path}:${from === to ? from : `${from}-${to}`}`, fields, taken: false };
      tell("boocode:attach", detail);
      tell("boocode:say", { word: detail.taken ? "Attached" : "No chat here", button });
    },
  };

  const linkTo = (viewer, chosen) =>
    addressOf(viewer, chosen.from, chosen.to > chosen.from ? chosen.to : null, `#${named(chosen)}`);

  function addressOf(viewer, from, to, hash) {
    const url = new URL(viewer.dataset.url, location.origin);
    url.searchParams.set("line", from);
    if (to !== null) url.searchParams.set("to", to);
    url.hash = hash;
    return url.href;
  }

  function textOf(viewer, { from, to }) {
    let text = "";
    for (let n = from; n <= to; n++) {
      const row = rowAt(viewer, n);
      text += row?.textContent.slice(row.firstElementChild.textContent.length) ?? "";
    }
    return text;
  }

  // ── where the address or the server points ────────────────────────────────────────────────────
  function settle(viewer) {
    if (viewer.hasAttribute("data-settled")) return;
    viewer.setAttribute("data-settled", "");
    const marked = [...viewer.querySelectorAll(".src .marked")];
    if (isPage(viewer) && fromAddress(viewer)) return;
    if (marked.length === 0) return;
    const number = (row) => numberOf(viewer, row.firstElementChild);
    show(viewer, number(marked[0]), number(marked.at(-1)));
  }

  /** `#L10-L20` in the address; a line of another window is fetched. False when it names no line. */
  function fromAddress(viewer) {
    const match = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash);
    if (!match) return false;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (rowAt(viewer, from)) show(viewer, from, to);
    else if (!new URLSearchParams(location.search).has("line"))
      location.replace(addressOf(viewer, from, to, location.hash));
    return true;
  }

  function show(viewer, from, to) {
    const last = firstOf(viewer) + rowsOf(viewer).length - 1;
    select(viewer, from, Math.min(Math.max(from, to), last));
    rowAt(viewer, from)?.scrollIntoView({ block: "center" });
  }

  // The number that "go to line" names may be on the page already.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-goto]");
      const viewer = form?.closest("header").nextElementSibling;
      const number = Number(form?.elements.goto.value);
      if (!viewer?.matches(".viewer") || !rowAt(viewer, number)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      show(viewer, number, number);
      reach(viewer, number)?.focus({ preventScroll: true });
      form.reset();
    },
    true,
  );

  const settleAll = () => document.querySelectorAll(".viewer:not([data-settled])").forEach(settle);
  addEventListener("hashchange", () => document.querySelectorAll(".viewer:not([data-pane])").forEach(fromAddress));
  document.addEventListener("htmx:after:settle", settleAll);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", settleAll);
  else settleAll();
})();
