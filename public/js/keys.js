// Binds what the key sheet says (views/keys/key-sheet.tsx): one table, drawn and bound. Single keys act only while no
// field has the keyboard; a chord waits a second for its second key.
(() => {
  const CHORD_MS = 1000;
  let bound = null;
  let chord = "";
  let chordTimer = 0;

  function table() {
    bound ??= new Map(
      [...document.querySelectorAll("#keysheet [data-act]")].map((row) => [row.dataset.match, row.dataset.act]),
    );
    return bound;
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

  function match(event) {
    const keys = table();
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
      if (digit && keys.has("alt+digit")) return { act: keys.get("alt+digit"), detail: digit };
      const name = `alt+${event.code}`;
      return keys.has(name) ? { act: keys.get(name) } : null;
    }
    if (event.ctrlKey || event.metaKey) {
      const name = `mod+${event.key.toLowerCase()}`;
      return keys.has(name) ? { act: keys.get(name) } : null;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return null;
    return plain(event, keys);
  }

  function plain(event, keys) {
    const pair = chord ? `${chord} ${event.key}` : "";
    clearTimeout(chordTimer);
    chord = "";
    if (keys.has(pair)) return { act: keys.get(pair) };
    if (keys.has(event.key)) return { act: keys.get(event.key) };
    if ([...keys.keys()].some((name) => name.startsWith(`${event.key} `))) {
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
    const last = [...document.querySelectorAll(".ending .again button, .btn-need")]
      .filter((b) => b.getClientRects().length > 0)
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
