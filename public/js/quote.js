// Text for a chat that is in no file: `boocode:quote` { source, text, language? } puts it, named and fenced, below what is
// written in the composer that was used last; much of it goes along as an attachment (attach.js). Whoever sent the event
// learns by `taken` whether there was a composer, and by `attached` how.
(() => {
  const FIELD = 'form[data-composer] textarea[name="text"]';
  /** So much can still be read and edited in the field. */
  const QUOTE_LINES = 40;
  const QUOTE_CHARS = 4_000;
  let last = null;

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.(FIELD)) last = target;
  });

  document.addEventListener("boocode:quote", ({ detail }) => {
    const field = fieldNow();
    if (!field) return;
    const { source, text } = detail;
    if (text.length > QUOTE_CHARS || text.split("\n").length > QUOTE_LINES) {
      const name = `${source.replace(/[:`]/g, "").trim()}.txt`;
      const attached = { form: field.form, name, fields: { text, name }, taken: false };
      document.dispatchEvent(new CustomEvent("boocode:attach", { detail: attached }));
      detail.attached = attached.taken;
      if (attached.taken) detail.taken = true;
      return;
    }
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

  function quoted({ source, text, language }) {
    // A fence is longer than any in what it holds.
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return `${source}\n${fence}${language ?? ""}\n${text.replace(/\n$/, "")}\n${fence}`;
  }
})();
