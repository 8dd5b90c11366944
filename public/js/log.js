// The transcript keeps your place: it follows the end only while you are within 150 px of it; otherwise what you read
// stays where it is, whatever grows above or below. The transcript is laid out column-reverse, so its scrollTop is 0 at
// the end and negative above it; the browser's own anchoring is off (public/css/chat.css).
(() => {
  const NEAR_PX = 150;
  /** How long an opened row holds still: its content may have to be fetched first. */
  const HOLD_MS = 2000;
  /** Where below the upper edge to look for something to hold on to; turns have gaps. */
  const PROBES_PX = [2, 20, 44, 80];

  const states = new WeakMap();
  const watched = new WeakSet();
  const stateOf = (log) => {
    if (!states.has(log)) states.set(log, { follow: true, anchors: [], held: null });
    return states.get(log);
  };
  const distance = (log) => Math.abs(log.scrollTop);
  const topIn = (log, element) => element.getBoundingClientRect().top - log.getBoundingClientRect().top;

  // ── where the reader is ───────────────────────────────────────────────────────────────────────
  function note(log) {
    const state = stateOf(log);
    if (!holding(state)) state.follow = distance(log) <= NEAR_PX;
    log.toggleAttribute("data-away", distance(log) > NEAR_PX);
    state.anchors = state.follow ? [] : anchorsOf(log);
  }

  // The element under the upper edge and what it is in, innermost first: the innermost may be replaced by the stream.
  function anchorsOf(log) {
    const box = log.getBoundingClientRect();
    for (const below of PROBES_PX) {
      const found = document.elementFromPoint(box.left + box.width / 2, box.top + below);
      const chain = [];
      for (let element = found; element && !element.classList.contains("log-in"); element = element.parentElement) {
        if (element === log) break;
        chain.push({ element, top: topIn(log, element) });
      }
      if (chain.length > 0 && log.contains(found)) return chain;
    }
    return [];
  }

  // ── when something changed its size ───────────────────────────────────────────────────────────
  function settle(log) {
    const state = stateOf(log);
    if (holding(state)) keep(log, state.held);
    else if (state.follow) log.scrollTop = 0;
    else {
      const anchor = state.anchors.find(({ element }) => element.isConnected && element.getClientRects().length > 0);
      if (anchor) keep(log, anchor);
    }
    note(log);
  }

  function keep(log, { element, top }) {
    const moved = topIn(log, element) - top;
    if (Math.abs(moved) >= 1) log.scrollTop += moved;
  }

  function holding(state) {
    if (state.held && (performance.now() > state.held.until || !state.held.element.isConnected)) state.held = null;
    return state.held !== null;
  }

  // Layout is done and nothing is painted yet when these are told: no flicker.
  const sizes = new ResizeObserver((entries) => {
    for (const log of new Set(entries.map((entry) => entry.target.closest(".log")))) if (log) settle(log);
  });

  function watch() {
    for (const log of document.querySelectorAll(".log")) {
      for (const element of [log, log.querySelector(".log-in")]) {
        if (!element || watched.has(element)) continue;
        watched.add(element);
        sizes.observe(element);
      }
    }
  }

  function toEnd(log) {
    const state = stateOf(log);
    state.held = null;
    state.follow = true;
    log.scrollTop = 0;
    note(log);
  }

  // ── what the reader does ──────────────────────────────────────────────────────────────────────
  document.addEventListener("scroll", (event) => event.target.matches?.(".log") && note(event.target), true);

  for (const kind of ["wheel", "touchmove", "keydown"]) {
    document.addEventListener(
      kind,
      (event) => {
        const log = event.target.closest?.(".log");
        // Enter and Space open a row, they do not scroll.
        if (log && event.key !== "Enter" && event.key !== " ") stateOf(log).held = null;
      },
      { capture: true, passive: true },
    );
  }

  // An opened row stays under the pointer; in a column-reverse box it would jump up by what it shows.
  document.addEventListener(
    "click",
    (event) => {
      const summary = event.target.closest?.(".log summary");
      if (summary) {
        const log = summary.closest(".log");
        stateOf(log).held = { element: summary, top: topIn(log, summary), until: performance.now() + HOLD_MS };
      }
      const newest = event.target.closest?.("[data-newest]");
      if (newest) toEnd(newest.closest(".composer").parentElement.querySelector(".log"));
    },
    true,
  );

  document.addEventListener("boocode:sent", (event) => {
    const log = event.target.closest(".composer")?.parentElement.querySelector(".log");
    if (log) toEnd(log);
  });

  document.addEventListener("htmx:after:swap", watch);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
