// Completion while one writes: `/` at the front of a field, `@` before a word of it. The field stays a field: the keyboard
// never leaves it, arrows choose, Enter and Tab take, Escape closes. What there is to choose comes from the server.
//
//   <textarea data-complete="ID of a list" data-complete-slash="URL" data-complete-at="URL">   the URLs get ?q=
//   <div id="…" role="listbox" hidden>, filled with <div role="option" data-insert="what stands in the field then">
//
// `boocode:complete` is sent from the field before anything is inserted ({ option, mark, start, end }); who takes the choice
// for itself (a chip instead of text) calls preventDefault on it and empties the place by itself.
(() => {
  const FIELD = "textarea[data-complete]";
  /** What stands before the caret; the second group is what is asked for. */
  const MARKS = [
    { mark: "/", before: /^(\/)([^\s/]*)$/, url: (field) => field.dataset.completeSlash },
    { mark: "@", before: /(?:^|\s)(@)([^\s@]*)$/, url: (field) => field.dataset.completeAt },
  ];
  /** The open menu: field, list, where the word begins, and the request on its way. */
  let menu = null;
  /** A word for which the menu was closed by Escape stays without one. */
  let dismissed = null;

  const listOf = (field) => document.getElementById(field.dataset.complete);
  const optionsOf = (list) => [...list.querySelectorAll('[role="option"]')];
  const chosenIn = (list) => list.querySelector('[role="option"][aria-selected="true"]');

  function tokenAt(field) {
    if (field.selectionStart !== field.selectionEnd) return null;
    const text = field.value.slice(0, field.selectionStart);
    for (const { mark, before, url } of MARKS) {
      const found = url(field) ? before.exec(text) : null;
      if (found) return { mark, url: url(field), asked: found[2], start: text.length - found[2].length - 1 };
    }
    return null;
  }

  // ── opening and filling ───────────────────────────────────────────────────────────────────────
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(FIELD) && !event.isComposing) look(event.target);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches?.(FIELD)) look(event.target);
  });

  function look(field) {
    const token = tokenAt(field);
    if (!token || (dismissed?.field === field && dismissed.start === token.start)) {
      if (!token) dismissed = null;
      close();
      return;
    }
    dismissed = null;
    if (menu && menu.field !== field) close();
    menu ??= { field, list: listOf(field), shown: false };
    Object.assign(menu, token);
    void fill(menu);
  }

  async function fill(at) {
    at.asking?.abort();
    const asking = new AbortController();
    at.asking = asking;
    const url = `${at.url}${at.url.includes("?") ? "&" : "?"}q=${encodeURIComponent(at.asked)}`;
    try {
      const answer = await fetch(url, {
        headers: { "HX-Request": "true", Accept: "text/html" },
        signal: asking.signal,
      });
      const html = answer.ok ? await answer.text() : "";
      if (menu === at && !asking.signal.aborted) show(at, html);
    } catch {
      // Another letter came, or the server is away: one can write on without a menu.
      if (menu === at && !asking.signal.aborted) close();
    }
  }

  function show(at, html) {
    at.list.innerHTML = html;
    const options = optionsOf(at.list);
    if (options.length === 0) {
      hide(at);
      return;
    }
    at.shown = true;
    at.list.hidden = false;
    choose(at, options[0]);
    say(at, `${options.length} ${options.length === 1 ? "choice" : "choices"}. Arrow keys choose, Enter takes.`);
  }

  function hide({ field, list }) {
    if (menu) menu.shown = false;
    list.hidden = true;
    list.replaceChildren();
    field.removeAttribute("aria-activedescendant");
  }

  function close() {
    if (!menu) return;
    const at = menu;
    at.asking?.abort();
    hide(at);
    say(at, "");
    menu = null;
  }

  function say({ list }, words) {
    const said = list.parentElement?.querySelector("[data-complete-said]");
    if (said) said.textContent = words;
  }

  // ── choosing and taking ───────────────────────────────────────────────────────────────────────
  function choose({ field, list }, option) {
    for (const one of optionsOf(list)) one.setAttribute("aria-selected", String(one === option));
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(at, option) {
    const { field, mark, start } = at;
    // What stands behind the caret was not asked for, and stays.
    const end = field.selectionStart;
    close();
    field.focus();
    const detail = { option, mark, start, end };
    if (!field.dispatchEvent(new CustomEvent("boocode:complete", { bubbles: true, cancelable: true, detail }))) return;
    const text = option.dataset.insert ?? "";
    // One blank stands behind it, whether or not one was there.
    field.setRangeText(field.value[end] === " " ? text.trimEnd() : text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Before the composer hears of the key: Enter takes the choice and sends nothing.
  document.addEventListener(
    "keydown",
    (event) => {
      if (!menu?.shown || event.target !== menu.field || event.isComposing || event.keyCode === 229) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.shiftKey ? `Shift+${event.key}` : event.key;
      const act = KEYS[key];
      if (!act || act(menu) === false) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  const KEYS = {
    ArrowDown: (at) => step(at, 1),
    ArrowUp: (at) => step(at, -1),
    Tab: (at) => take(at, chosenIn(at.list)),
    Enter: (at) => {
      const option = chosenIn(at.list);
      // It stands there already: Enter sends it.
      if ((option.dataset.insert ?? "").trim() === `${at.mark}${at.asked}`) {
        close();
        return false;
      }
      take(at, option);
    },
    Escape: (at) => {
      dismissed = { field: at.field, start: at.start };
      close();
    },
  };

  function step(at, by) {
    const options = optionsOf(at.list);
    choose(at, options[(options.indexOf(chosenIn(at.list)) + by + options.length) % options.length]);
  }

  // The field keeps the keyboard while one clicks.
  document.addEventListener("mousedown", (event) => {
    if (menu?.list.contains(event.target)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.('[role="option"]');
    if (option && menu?.list.contains(option)) take(menu, option);
  });

  // A caret that went elsewhere, a field that lost the keyboard or left the page.
  document.addEventListener("selectionchange", () => {
    if (!menu) return;
    const token = menu.field.isConnected ? tokenAt(menu.field) : null;
    if (!token || token.start !== menu.start) close();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === menu?.field) close();
  });
  document.addEventListener("boocode:sent", close);
})();
