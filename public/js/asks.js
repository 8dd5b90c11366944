// Answers by key what a machine waits with: on the desk the chosen line (or the first one that asks), in a chat the first
// open card on the screen. The keys press the buttons that are there; what they do is said by the forms.
(() => {
  const shown = (element) => element.getClientRects().length > 0;

  function target() {
    const lines = [...document.querySelectorAll(".need > li[data-request]")].filter(shown);
    if (lines.length > 0) return lines.find((line) => line.getAttribute("aria-selected") === "true") ?? lines[0];
    return [...document.querySelectorAll(".ask[data-request]")].find(shown) ?? null;
  }

  for (const [name, key] of [
    ["allow", "a"],
    ["allow-always", "A"],
    ["reject", "d"],
    ["snooze", "s"],
  ])
    document.addEventListener(`boocode:${name}`, () => target()?.querySelector(`[data-key="${key}"]`)?.click());

  // Saying why needs the card: a line of the desk leads to it.
  document.addEventListener("boocode:reject-why", () => {
    const asks = target();
    if (!asks) return;
    if (asks.matches("li")) location.assign(`${asks.querySelector("a.t").href}-why`);
    else openWhy(asks);
  });

  function openWhy(card) {
    const why = card.querySelector("details.why");
    if (!why) return;
    why.open = true;
    why.querySelector("input:not([type=hidden])").focus();
  }

  // Why opens with a click, too: the field then has the keyboard.
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.(".ask details.why[open]")) openWhy(event.target.closest(".ask"));
    },
    true,
  );

  // A link to a card: it gets the keyboard, with "why" opened where that was asked for.
  function arrive() {
    const [, id, why] = /^#(rq-[\w]+?)(-why)?$/.exec(location.hash) ?? [];
    const card = id && document.getElementById(id);
    if (!card) return;
    card.scrollIntoView({ block: "nearest" });
    if (why) openWhy(card);
    else card.focus({ preventScroll: true });
  }
  addEventListener("hashchange", arrive);
  addEventListener("DOMContentLoaded", arrive);
  if (document.readyState !== "loading") arrive();
})();
