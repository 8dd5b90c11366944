// Keeps the page's event stream alive and says how it is. hx-sse reads the stream, swaps, and reconnects with
// Last-Event-ID; what it does not notice is handled here: a peer that died without a word, a first connect that failed,
// a session that ended, a server of another build.
(() => {
  /** The server sends a heartbeat each 15 s; without any event for this long the peer is gone. */
  const DEAD_MS = 40_000;
  /** Shown as late from here on. */
  const LATE_MS = 20_000;
  const CHECK_MS = 5_000;
  const FIRST_RETRY_MS = 1_000;
  /** While the page is in the background the stream is paused; the title's count is asked for instead. */
  const INBOX_MS = 60_000;

  const root = document.documentElement;
  const element = () => document.getElementById("stream");
  let last = Date.now();
  let downSince = 0;
  let retry = 0;
  let leaving = false;

  function say(state) {
    if (root.dataset.stream === state) return;
    root.dataset.stream = state;
    const strip = document.getElementById("conn");
    if (!strip) return;
    strip.hidden = state !== "down";
    strip.textContent = state === "down" ? `Connection lost at ${clock(downSince)}. Trying again; your draft is safe.` : "";
  }

  const clock = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

  function alive() {
    last = Date.now();
    downSince = 0;
    retry = 0;
    say("live");
  }

  function lost() {
    if (document.hidden || leaving) return;
    downSince ||= Date.now();
    say("down");
  }

  function connection() {
    return element()?._htmx?.sse;
  }

  /** Ends the reader, so that hx-sse connects again at once with the position it has. */
  function reconnect() {
    const open = connection();
    last = Date.now();
    if (!open) return first();
    if (open.delayCanceller) open.delayCanceller();
    else if (open.reader) open.reader.cancel();
    else open.abortController?.abort();
  }

  /** hx-sse gives a first connect one try. */
  function first() {
    const stream = element();
    if (!stream || connection()) return;
    const url = stream.getAttribute("hx-sse:connect");
    if (url) window.htmx?.ajax("GET", url, { source: stream, swap: "none" });
  }

  document.addEventListener("htmx:sse:after:connection", alive);
  document.addEventListener("htmx:sse:before:message", alive);
  document.addEventListener("htmx:sse:error", (event) => {
    if (event.detail?.status === 401) return toLogin();
    lost();
  });
  document.addEventListener("htmx:sse:close", (event) => {
    if (event.target !== element()) return;
    lost();
    setTimeout(first, FIRST_RETRY_MS);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.target !== element() || leaving) return;
    lost();
    retry = Math.min(retry + 1, 5);
    setTimeout(first, FIRST_RETRY_MS * retry);
  });
  document.addEventListener("htmx:response:error", (event) => {
    if (event.target === element() && event.detail?.ctx?.response?.status === 401) toLogin();
  });

  // The page is older than what the server keeps, or drawn by another build: it draws itself again. Drafts are kept.
  document.addEventListener("reset", (event) => {
    if (event.target === element()) location.reload();
  });

  function toLogin() {
    if (leaving) return;
    leaving = true;
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }

  setInterval(() => {
    if (document.hidden || !element()) return;
    const silent = Date.now() - last;
    if (silent > DEAD_MS) {
      lost();
      reconnect();
    } else if (silent > LATE_MS && root.dataset.stream === "live") say("late");
  }, CHECK_MS);

  addEventListener("online", reconnect);
  addEventListener("pagehide", () => {
    leaving = true;
  });
  addEventListener("pageshow", () => {
    leaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    last = Date.now();
    if (!document.hidden && element() && !connection()) first();
  });

  // ── the title tells how many things wait, also from the background ────────────────────────────
  const title = document.title;
  function badge(count) {
    document.title = count > 0 ? `(${count}) ${title}` : title;
  }
  function countShown() {
    const text = document.querySelector("#nav-needs .count")?.textContent ?? "";
    badge(Number.parseInt(text.replace(/\D/g, ""), 10) || 0);
  }
  document.addEventListener("htmx:sse:after:message", countShown);
  setInterval(async () => {
    if (!document.hidden || !element()) return;
    try {
      const answer = await fetch("/inbox", { headers: { accept: "application/json" } });
      if (answer.ok) badge((await answer.json()).count);
    } catch {} // asked again in a minute
  }, INBOX_MS);
})();
