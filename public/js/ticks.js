// Ages that count: every time[data-age] each second, and "Silent" once a live run brought no byte for 60 s.
// Rules of the words: src/lib/format.ts, which a test holds against this file.
(() => {
  const SILENT_AFTER_MS = 60_000;

  function age(ms, short) {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return `${s} s`;
    if (s < 3600) {
      const rest = s % 60;
      return short || s >= 600 || rest === 0 ? `${Math.floor(s / 60)} m` : `${Math.floor(s / 60)} m ${rest} s`;
    }
    return s < 86_400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86_400)} d`;
  }

  // The server's clock counts, since the moments are its own: <html data-skew> is server minus browser, milliseconds.
  const serverNow = () => Date.now() + (Number(document.documentElement.dataset.skew) || 0);

  function tick() {
    const now = serverNow();
    for (const time of document.querySelectorAll("time[data-age]")) {
      const text = age(now - Number(time.dataset.age), time.hasAttribute("data-short"));
      if (time.textContent !== text) time.textContent = text;
    }
    for (const live of document.querySelectorAll("[data-live]")) {
      live.toggleAttribute("data-silent", now - Number(live.dataset.live) >= SILENT_AFTER_MS);
    }
  }

  let timer = null;
  function follow() {
    clearInterval(timer);
    timer = null;
    if (document.hidden) return;
    tick();
    timer = setInterval(tick, 1000);
  }
  document.addEventListener("visibilitychange", follow);
  document.addEventListener("htmx:after:swap", tick);
  follow();
})();
