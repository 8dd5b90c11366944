// The palette: opens over any page, moves by the arrow keys, opens by Enter. Its list comes from the server as one types.
(() => {
  const dialog = () => document.getElementById("palette");
  const field = () => document.getElementById("palette-q");
  const options = () => [...document.querySelectorAll("#palette-list [role=option]")];

  document.addEventListener("boocode:palette", () => open(""));
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-palette]");
    if (!opener || !dialog()?.showModal) return;
    event.preventDefault();
    open(opener.dataset.palette);
  });

  function open(text) {
    if (!dialog() || dialog().open) return;
    dialog().showModal();
    field().value = text;
    field().dispatchEvent(new Event("palette-open", { bubbles: true }));
    field().focus();
  }

  document.addEventListener("keydown", (event) => {
    if (!dialog()?.open) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const all = options();
      const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
      choose(all, (at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length);
    } else if (event.key === "Enter" && event.target === field()) {
      event.preventDefault();
      options()
        .find((o) => o.getAttribute("aria-selected") === "true")
        ?.click();
    }
  });

  function choose(all, at) {
    for (const [i, option] of all.entries()) option.setAttribute("aria-selected", String(i === at));
    all[at]?.scrollIntoView({ block: "nearest" });
    if (all[at]) field().setAttribute("aria-activedescendant", all[at].id);
  }

  document.addEventListener("click", (event) => {
    if (event.target === dialog()) dialog().close();
    const line = event.target.closest?.("#palette-list a");
    if (!line) return;
    dialog().close();
    const composer = document.querySelector(`form[data-composer="${CSS.escape(line.dataset.chat ?? "")}"] textarea`);
    if (!line.dataset.insert || !composer?.getClientRects().length) return;
    event.preventDefault();
    insert(composer, line.dataset.insert);
  });

  /** A command goes to the front of what is written; it takes the place of one that stands there. */
  function insert(composer, text) {
    composer.value = text + composer.value.replace(/^\/\S*\s*/, "");
    composer.dispatchEvent(new Event("input", { bubbles: true }));
    composer.focus();
    composer.setSelectionRange(composer.value.length, composer.value.length);
  }
})();
