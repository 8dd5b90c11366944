// Binds what the key sheet says (views/keys/key-sheet.tsx): one table, drawn and bound. Single keys act only while no
// field has the keyboard; a chord waits a second for its second key.
(() => {
  const CHORD_MS = 1000;
  let bound = null;
  let chord = "";
  let chordTimer = 0;

  /** What is bound to each key; a key may mean different things in different regions. */
  function table() {
    bound ??= Map.groupBy(document.querySelectorAll("#keysheet [data-act]"), (row) => row.dataset.match);
    return bound;
  }

  /** The region that has the keyboard, or had it last. */
  let lastIn = null;
  document.addEventListener("focusin", ({ target }) => {
    if (target !== document.body) lastIn = target;
  });
  document.addEventListener("pointerdown", ({ target }) => {
    lastIn = target;
  });

  function choose(name) {
    const rows = (table().get(name) ?? []).filter((row) => !row.dataset.where || visible(row.dataset.where));
    const here = rows.find((row) => row.dataset.where && lastIn?.closest?.(row.dataset.where));
    return (here ?? rows.find((row) => row.dataset.where) ?? rows[0])?.dataset.act ?? null;
  }

  const typing = (target) =>
    target.closest?.("input, textarea, select, [contenteditable], [data-terminal]") !== null &&
    target.closest !== undefined;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const found = match(event);
    if (!found) return;
    event.preventDefault();
    act(found.act, found.detail);
  });

  /** In a terminal every key belongs to its program, but the few that lead out of it. */
  const leavesTerminal = (match) =>
    document.querySelector(`#keysheet [data-match="${match}"][data-in-terminal]`) !== null;

  function match(event) {
    const inTerminal = event.target.closest?.(".terminal .xterm");
    const found = (name, detail) => {
      if (inTerminal && !leavesTerminal(name)) return null;
      const what = choose(name);
      return what === null ? null : { act: what, detail };
    };
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
      return (digit && found("alt+digit", digit)) || found(`alt+${event.code}`);
    }
    if (event.ctrlKey || event.metaKey) return found(`mod+${event.key.toLowerCase()}`);
    if (typing(event.target) || document.querySelector("dialog[open]")) return null;
    return plain(event, found);
  }

  function plain(event, found) {
    const pair = chord ? found(`${chord} ${event.key}`) : null;
    clearTimeout(chordTimer);
    chord = "";
    if (pair) return pair;
    const alone = found(event.key);
    if (alone) return alone;
    if ([...table().keys()].some((name) => name.startsWith(`${event.key} `))) {
      chord = event.key;
      chordTimer = setTimeout(() => {
        chord = "";
      }, CHORD_MS);
    }
    return null;
  }

  function act(what, detail) {
    const [verb, ...rest] = what.split(" ");
    const argument = rest.join(" ");
    if (verb === "go") location.assign(argument);
    else if (verb === "focus") visible(argument)?.focus();
    else if (verb === "click") visible(argument)?.click();
    else document.dispatchEvent(new CustomEvent(`boocode:${argument}`, { detail }));
  }

  const visible = (selector) =>
    [...document.querySelectorAll(selector)].find((element) => element.getClientRects().length > 0);

  // ── acts that belong to no page ───────────────────────────────────────────────────────────────
  document.addEventListener("boocode:keysheet", () => document.getElementById("keysheet")?.showModal());
  document.addEventListener("boocode:suggested", () => {
    // Never what is asked: allowing something takes the key that says so.
    const last = [...document.querySelectorAll(".ending .again button, .btn-need")]
      .filter((b) => b.getClientRects().length > 0 && !b.closest("[data-request]"))
      .at(-1);
    last?.click();
  });
  for (const [name, by] of [
    ["next", 1],
    ["previous", -1],
  ]) {
    document.addEventListener(`boocode:${name}`, () => {
      const lines = [...document.querySelectorAll("main .lines > li, main .hit")];
      if (lines.length === 0) return;
      const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
      const to = at < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.max(0, Math.min(lines.length - 1, at + by));
      for (const [i, line] of lines.entries()) line.toggleAttribute("aria-selected", i === to);
      lines[to].setAttribute("aria-selected", "true");
      lines[to].querySelector("a")?.focus();
      lines[to].scrollIntoView({ block: "nearest" });
    });
  }
})();
