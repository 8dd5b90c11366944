// The transcript keeps your place: it follows the end only while you are within 150 px of it; otherwise what you read
// stays where it is, whatever grows above or below. The transcript is laid out column-reverse, so its scrollTop is 0 at
// the end and negative above it; the browser's own anchoring is off (public/css/chat.css).
(() => {
  const NEAR_PX = 150;
  /** After the last wheel, touch or key: until then the reader is on the way, and nothing pulls to the end. */
  const MOVING_MS = 300;
  /** How long an opened row holds still: its content may have to be fetched first. */
  const HOLD_MS = 2000;
  /** Where below the upper edge to look for something to hold on to; turns have gaps. */
  const PROBES_PX = [2, 20, 44, 80];

  const states = new WeakMap();
  const watched = new WeakSet();
  const stateOf = (log) => {
    if (!states.has(log)) {
      states.set(log, { follow: true, anchors: [], held: null, moving: 0, timer: 0, at: log.scrollTop });
    }
    return states.get(log);
  };
  const distance = (log) => Math.abs(log.scrollTop);
  const topIn = (log, element) => element.getBoundingClientRect().top - log.getBoundingClientRect().top;
  /** The view of a tab in the background: its place is known, and nothing can be measured. */
  const isHidden = (log) => log.getClientRects().length === 0;

  // ── where the reader is ───────────────────────────────────────────────────────────────────────
  function note(log) {
    const state = stateOf(log);
    if (!holding(state)) state.follow = !isMoving(state) && distance(log) <= NEAR_PX;
    log.toggleAttribute("data-away", distance(log) > NEAR_PX);
    state.anchors = state.follow ? [] : anchorsOf(log);
    state.at = log.scrollTop;
  }

  const isMoving = (state) => performance.now() < state.moving;

  /** Without this a wheel could never leave the end while text comes: every word would pull it back before 150 px. */
  function moves(log) {
    const state = stateOf(log);
    state.held = null;
    state.moving = performance.now() + MOVING_MS;
    steady(log);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => steady(log), MOVING_MS + 10);
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
  /** Follows the end, or keeps what is read where it is. */
  function settle(log) {
    if (isHidden(log)) return;
    const state = stateOf(log);
    if (state.follow && !holding(state) && !isMoving(state) && distance(log) <= NEAR_PX) log.scrollTop = 0;
    steady(log);
  }

  /**
   * Keeps what is read in its place, but for what the reader scrolled meanwhile: text may have come between their move
   * and the event that tells of it, and only one of the two is to be undone.
   */
  function steady(log) {
    if (isHidden(log)) return;
    const state = stateOf(log);
    const scrolled = log.scrollTop - state.at;
    const places = holding(state) ? [state.held] : state.anchors;
    for (const place of places) place.top -= scrolled;
    const place = places.find(({ element }) => element.isConnected && element.getClientRects().length > 0);
    if (place && !(state.follow && !holding(state))) keep(log, place);
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
    state.moving = 0;
    state.follow = true;
    log.scrollTop = 0;
    note(log);
  }

  // ── what the reader does ──────────────────────────────────────────────────────────────────────
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (!target.matches?.(".log")) return;
      if (isMoving(stateOf(target))) moves(target);
      else steady(target);
    },
    true,
  );

  // A press on the log itself is one on its scrollbar. Enter and Space open a row, they do not scroll.
  const MOVES = {
    wheel: () => true,
    touchmove: () => true,
    pointerdown: (event) => event.target.matches(".log"),
    keydown: (event) => !["Enter", " ", "Tab"].includes(event.key),
  };
  for (const [kind, isMove] of Object.entries(MOVES)) {
    document.addEventListener(
      kind,
      (event) => {
        const log = event.target.closest?.(".log");
        if (log && isMove(event)) moves(log);
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
        summary.closest(".tools")?.setAttribute("data-touched", "");
        const log = summary.closest(".log");
        steady(log);
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

  // Tool rows fold once something follows them, as on the page read again; not those that the reader touched.
  function fold() {
    // Between a group and what follows stands the place for what its calls ask.
    for (const next of document.querySelectorAll(".log .tools[open]:not([data-touched]) + .asks + *")) {
      next.previousElementSibling.previousElementSibling.open = false;
    }
  }

  document.addEventListener("htmx:after:swap", () => {
    watch();
    fold();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
