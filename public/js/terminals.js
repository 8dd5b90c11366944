// Terminals, the part that every page has: it brings the rest, once a terminal stands on the page. public/js/terminal.
(() => {
  let loading = null;
  /** Whoever asked for a terminal wants to type in it, if it comes soon. */
  const WANTED_MS = 5_000;
  let wantedUntil = 0;

  document.addEventListener("submit", ({ target }) => {
    if (/\/sessions\/\w+\/terminals$/.test(target.action)) wantedUntil = Date.now() + WANTED_MS;
  });

  function load({ script, style }) {
    loading ??= new Promise((resolve, reject) => {
      const sheet = document.createElement("link");
      Object.assign(sheet, { rel: "stylesheet", href: style });
      const code = document.createElement("script");
      Object.assign(code, { src: script, onload: resolve, onerror: reject });
      document.head.append(sheet, code);
    }).catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  /** The page was loaded with it in front, and nothing else has the keyboard: who reloads in the middle of vim types on. */
  function isInFront(element) {
    const tab = element.closest(".view")?.dataset.tab;
    const free = document.activeElement === document.body && !matchMedia("(pointer: coarse)").matches;
    return free && document.querySelector(`.pane.focus .tabbox[data-tab="${tab}"] .tab[aria-current]`) !== null;
  }

  async function start(element) {
    element.dataset.started = "";
    try {
      await load(element.dataset);
      if (!element.isConnected) return;
      const wanted = Date.now() < wantedUntil || isInFront(element);
      wantedUntil = 0;
      window.BooTerm.open(element, { focus: wanted });
    } catch (error) {
      delete element.dataset.started;
      element.querySelector("[data-line]").textContent = "The terminal's script could not be loaded; reload the page.";
      throw error;
    }
  }

  function look() {
    for (const element of document.querySelectorAll(".terminal[data-terminal]:not([data-started])"))
      void start(element);
    window.BooTerm?.sweep();
  }

  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("htmx:sse:after:message", look);
  // "Keep it": the question goes, nothing else happens.
  document.addEventListener("click", (event) => {
    const keep = event.target.closest?.(".ask-here [data-keep]");
    if (!keep) return;
    event.preventDefault();
    keep.closest(".ask-here").replaceChildren();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", look);
  else look();
})();
