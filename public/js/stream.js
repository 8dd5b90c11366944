// Keeps the page's event stream alive and says how it is. hx-sse reads the stream and swaps; when to connect, and from
// where to go on, is decided here alone (its own reconnecting is off, views/layout/page.tsx): hx-sse never notices a dead
// peer, gives a first connect one try, retries a 401 for ever and takes any answer with status 200 for a stream.
(() => {
  /** The server sends a heartbeat each 15 s; without any event for this long the peer is gone (tests: data-dead-ms). */
  const DEAD_MS = 40_000;
  /** Shown as late from here on. */
  const LATE_MS = 20_000;
  const CHECK_MS = 1_000;
  const FIRST_RETRY_MS = 400;
  const MAX_RETRY_MS = 5_000;
  /** A stream answers at once; a connect that hangs is given up after this. */
  const CONNECT_MS = 10_000;
  /** Failed tries after which it is asked whether a login proxy wants to be seen first. */
  const ASK_PROXY_AT = 3;
  /** A page this young that is told to draw itself again waits: nothing may reload in a circle. */
  const RESET_MIN_AGE_MS = 2_000;
  /** While the page is in the background the stream is closed; the title's count is asked for instead. */
  const INBOX_MS = 60_000;

  const root = document.documentElement;
  const element = () => document.getElementById("stream");
  const reader = () => element()?._htmx?.sse?.reader;
  let last = Date.now();
  /** The id of the last message that was swapped in. */
  let position = "";
  /** A connect is under way, or a stream is open. */
  let busy = false;
  /** Ends and failures since the last message. */
  let tries = 0;
  let timer = 0;
  let leaving = false;

  // ── connecting ────────────────────────────────────────────────────────────────────────────────
  function connect() {
    clearTimeout(timer);
    timer = 0;
    const stream = element();
    if (!stream || busy || leaving || document.hidden) return;
    const url = stream.getAttribute("hx-sse:connect");
    window.htmx.ajax("GET", url, { source: stream, swap: "none", timeout: CONNECT_MS }).catch(() => {});
  }

  function close() {
    reader()?.cancel();
  }

  /** Silent the first time: a stream that ends and is there again at once is nobody's business. */
  function failed() {
    busy = false;
    if (leaving || document.hidden || timer) return;
    tries += 1;
    if (tries > 1) say("down");
    if (tries % ASK_PROXY_AT === 0) askProxy();
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), MAX_RETRY_MS);
    timer = setTimeout(connect, delay * (0.7 + Math.random() * 0.3));
  }

  /** A login proxy answers everything with a redirect once its session ended; only a page load can follow it. */
  async function askProxy() {
    try {
      const answer = await fetch("/health", { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") location.reload();
    } catch {} // the server is away; tried again
  }

  const ofStream = (handler) => (event) => {
    if (element() && event.target === element()) handler(event.detail ?? {}, event);
  };

  document.addEventListener(
    "htmx:config:request",
    ofStream(({ ctx }) => {
      if (position) ctx.request.headers["Last-Event-ID"] = position;
    }),
  );
  // Two streams would bring every word twice: one that waited in htmx's queue behind another does not begin.
  document.addEventListener(
    "htmx:before:request",
    ofStream((_detail, event) => {
      if (element()._htmx.sse) event.preventDefault();
      busy = true;
    }),
  );
  // The answer was no stream, or there was none.
  document.addEventListener(
    "htmx:finally:request",
    ofStream(() => {
      if (!element()._htmx?.sse) failed();
    }),
  );
  document.addEventListener("htmx:sse:close", ofStream(failed));
  document.addEventListener(
    "htmx:response:error",
    ofStream(({ ctx }) => {
      if (ctx.response.status === 401) toLogin();
      // What the page shows is gone; the page itself says so.
      if (ctx.response.status === 404) reload();
    }),
  );

  // ── what comes ────────────────────────────────────────────────────────────────────────────────
  document.addEventListener(
    "htmx:sse:before:message",
    ofStream(() => {
      last = Date.now();
      tries = 0;
      say("live");
      if (document.hidden) close();
    }),
  );
  document.addEventListener(
    "htmx:sse:after:message",
    ofStream(({ message }) => {
      position = message.id || position;
      nameShown();
      countShown();
    }),
  );

  // The page is older than what the server keeps, or drawn by another build: it draws itself again. Drafts are kept.
  document.addEventListener("reset", ofStream(reload));

  function reload() {
    if (leaving || performance.now() < RESET_MIN_AGE_MS) return;
    leaving = true;
    location.reload();
  }

  function toLogin() {
    leaving = true;
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }

  // ── what is said ──────────────────────────────────────────────────────────────────────────────
  function say(state) {
    if (root.dataset.stream === state) return;
    root.dataset.stream = state;
    const strip = document.getElementById("conn");
    if (!strip) return;
    strip.replaceChildren(...(state === "down" ? [lost()] : []));
  }

  /** A phone has room for the first half of it; all of it is announced. */
  function lost() {
    const line = document.createElement("p");
    const rest = document.createElement("span");
    rest.textContent = " Trying again; your draft is safe.";
    line.append(`Connection lost. What you see is from ${clock(last)}.`, rest);
    return line;
  }

  const two = (n) => String(n).padStart(2, "0");
  function clock(ms) {
    const at = new Date(ms);
    return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }

  // ── silence, network, background ──────────────────────────────────────────────────────────────
  setInterval(() => {
    if (document.hidden || !reader()) return;
    const silent = Date.now() - last;
    const dead = Number(element().dataset.deadMs) || DEAD_MS;
    if (silent > dead) {
      say("down");
      close();
    } else if (silent > LATE_MS && root.dataset.stream === "live") say("late");
  }, CHECK_MS);

  addEventListener("online", () => {
    // A reader that seems open may hang on the network of before.
    if (reader()) close();
    else connect();
  });
  addEventListener("pagehide", () => {
    leaving = true;
  });
  addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) connect();
  });
  document.addEventListener("visibilitychange", () => {
    last = Date.now();
    if (document.hidden) close();
    else connect();
  });

  // ── the title tells how many things wait, also from the background ────────────────────────────
  let title = document.title;
  function badge(count) {
    const said = count > 0 ? `(${count}) ${title}` : title;
    if (document.title !== said) document.title = said;
  }
  /** A chat is named after its first message, and by hand at any time. */
  function nameShown() {
    const name = document.querySelector(".pane.focus .tab[aria-current] > .cut")?.textContent;
    if (name) title = `${name} · BooCode`;
  }
  function countShown() {
    const text = document.querySelector("#nav-needs .count")?.textContent ?? "";
    badge(Number.parseInt(text.replace(/\D/g, ""), 10) || 0);
  }
  setInterval(async () => {
    if (!document.hidden || !element()) return;
    try {
      const answer = await fetch("/inbox", { headers: { accept: "application/json" } });
      if (answer.ok) badge((await answer.json()).count);
    } catch {} // asked again in a minute
  }, INBOX_MS);
})();
