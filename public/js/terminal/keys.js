// Keys of a terminal: what stays with the page, what copies and pastes, and the row of keys that a phone lacks.
(() => {
  /** They leave the terminal (the key sheet says so): tabs, panes, and the selection into the chat. */
  const LEAVES = /^(Digit[1-9]|KeyH|KeyL|KeyS)$/;
  const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform);
  const SHIFT_PAGE = { PageUp: "\x1b[5;2~", PageDown: "\x1b[6;2~" };
  const PLAIN = { esc: "\x1b", tab: "\t", backtab: "\x1b[Z", interrupt: "\x03", enter: "\r" };
  const ARROWS = { up: "A", down: "B", right: "C", left: "D" };

  /** For xterm's attachCustomKeyEventHandler: false leaves the event to the page and the browser. */
  function handler(pane) {
    const { term } = pane;
    return (event) => {
      if (event.altKey && !event.ctrlKey && !event.metaKey && LEAVES.test(event.code)) return false;
      const mod = isMac ? event.metaKey : event.ctrlKey && event.shiftKey;
      const plainCopy = !isMac && event.ctrlKey && !event.shiftKey && !event.altKey && term.hasSelection();
      if (event.code === "KeyC" && (mod || plainCopy)) return taken(event, () => pane.copy());
      if (event.code === "KeyV" && mod) return false;
      if (event.code === "KeyF" && mod) return taken(event, () => pane.find.open());
      if (event.shiftKey && !event.ctrlKey && SHIFT_PAGE[event.key])
        return taken(event, () => pane.type(SHIFT_PAGE[event.key]));
      // ⌘K, ⌘T and the like are the browser's and the page's; Ctrl belongs to the program.
      return !(isMac && event.metaKey);
    };
  }

  function taken(event, act) {
    event.preventDefault();
    if (event.type === "keydown") act();
    return false;
  }

  /** Ctrl and Alt of the key row hold for the next key, from wherever it comes. */
  function row(pane, element) {
    const held = new Set();
    const button = (key) => element.querySelector(`[data-key="${key}"]`);
    const show = () => {
      for (const key of ["ctrl", "alt"]) button(key).setAttribute("aria-pressed", String(held.has(key)));
    };
    // The focus stays in the terminal, so that the soft keyboard stays.
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", async ({ target }) => {
      const key = target.closest("[data-key]")?.dataset.key;
      if (!key) return;
      if (key === "ctrl" || key === "alt") {
        if (!held.delete(key)) held.add(key);
        show();
        pane.term.focus();
      } else if (key === "paste") await pane.paste();
      else pane.type(apply(sequence(key, pane.term)));
    });

    function apply(text) {
      if (held.size === 0) return text;
      let out = text;
      if (held.has("ctrl")) out = withCtrl(out);
      if (held.has("alt")) out = `\x1b${out}`;
      held.clear();
      show();
      return out;
    }
    return { apply };
  }

  function sequence(key, term) {
    if (PLAIN[key]) return PLAIN[key];
    if (ARROWS[key]) return `${term.modes.applicationCursorKeysMode ? "\x1bO" : "\x1b["}${ARROWS[key]}`;
    return key;
  }

  /** Ctrl with one key: a letter becomes its control character, an arrow gets the modifier. */
  function withCtrl(text) {
    const arrow = /^\x1b[[O]([ABCD])$/.exec(text)?.[1];
    if (arrow) return `\x1b[1;5${arrow}`;
    if (text.length !== 1) return text;
    const code = text.toUpperCase().charCodeAt(0);
    if (text === " ") return "\0";
    if (text === "?") return "\x7f";
    return code >= 64 && code < 96 ? String.fromCharCode(code & 31) : text;
  }

  window.BooTermKeys = { handler, row, withCtrl };
})();
