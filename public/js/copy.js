// Copy buttons. [data-copy] alone copies the code beside it; [data-copy="#id"] copies that element, as it was written
// when [data-sources] names where its Markdown can be fetched.
(() => {
  const SAID_MS = 2000;

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    event.preventDefault();
    say(button, (await copy(button)) ? "Copied" : "Not copied");
  });

  // For scripts that have the text themselves: { text, button }, or only a word to say: { word, button }.
  document.addEventListener("boocode:copy", async ({ detail: { text, button } }) => {
    say(button, (await write(text)) ? "Copied" : "Not copied");
  });
  document.addEventListener("boocode:say", ({ detail: { word, button } }) => say(button, word));

  async function copy(button) {
    if (!button.dataset.sources) return write(shownText(button));
    const text = written(button);
    // Safari allows the write only inside the click: the item takes a promise, the fetch may take its time.
    if (navigator.clipboard?.write && window.ClipboardItem) {
      try {
        const blob = text.then((said) => new Blob([said], { type: "text/plain" }));
        await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
        return true;
      } catch {}
    }
    return write(await text);
  }

  async function written(button) {
    try {
      const texts = await Promise.all(button.dataset.sources.split(" ").map(source));
      return texts.map((text) => text.trim()).join("\n\n");
    } catch {
      return shownText(button);
    }
  }

  async function source(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no source");
    return (await answer.json()).part.text;
  }

  function shownText(button) {
    const named = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    if (!named) return button.closest(".code")?.querySelector("pre")?.textContent ?? "";
    const copied = named.cloneNode(true);
    for (const other of copied.querySelectorAll("button, header, .think, .tools, .notice")) other.remove();
    return copied.textContent.trim();
  }

  async function write(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return writeOldWay(text);
    }
  }

  // Plain http on another host than loopback has no clipboard object.
  function writeOldWay(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.cssText = "position:fixed;opacity:0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  function say(button, word) {
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.dataset.before ?? label.textContent;
    label.dataset.before = before;
    button.style.minInlineSize = `${button.offsetWidth}px`;
    label.textContent = word;
    clearTimeout(button.saidTimer);
    button.saidTimer = setTimeout(() => {
      label.textContent = before;
      delete label.dataset.before;
      button.style.minInlineSize = "";
    }, SAID_MS);
  }
})();
