// Lines for a chat: `boocode:quote` { path, from, to, text, language? }, or { source, text, language? } for what is in no
// file, puts them, named and fenced, below what is written
// in the composer that was used last. Whoever sent the event learns by `taken` whether there was one.
(() => {
  const FIELD = 'form[data-composer] textarea[name="text"]';
  let last = null;

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.(FIELD)) last = target;
  });

  document.addEventListener("boocode:quote", ({ detail }) => {
    const field = fieldNow();
    if (!field) return;
    const before = field.value.trimEnd();
    field.value = `${before ? `${before}\n\n` : ""}${quoted(detail)}\n`;
    // The composer keeps drafts and counts characters when it hears this.
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.setSelectionRange(field.value.length, field.value.length);
    if (field.getClientRects().length > 0) field.focus();
    field.scrollTop = field.scrollHeight;
    detail.taken = true;
  });

  function fieldNow() {
    if (last?.isConnected) return last;
    const all = [...document.querySelectorAll(FIELD)];
    return all.find((field) => field.getClientRects().length > 0) ?? all[0];
  }

  function quoted({ path, from, to, source, text, language }) {
    const named = source ?? `\`${path}:${from === to ? from : `${from}-${to}`}\``;
    // A fence is longer than any in what it holds.
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return `${named}\n${fence}${language ?? ""}\n${text.replace(/\n$/, "")}\n${fence}`;
  }
})();
