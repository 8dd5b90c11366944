// Finding in the scrollback: what is on the screen lights up as it is typed; Enter goes to older places, all of them in
// tmux, so that every viewer sees the same. Markup: views/terminals/terminal.tsx.
(() => {
  const LIGHT = { decorations: { matchOverviewRuler: "#888888", activeMatchColorOverviewRuler: "#888888" } };

  function find(pane, form) {
    const field = form.elements.text;
    const found = form.querySelector("[data-found]");
    const { search } = pane.screen;

    async function go(back) {
      const text = field.value;
      if (text === "") return;
      const { total, error } = await ask({ text, back });
      found.textContent = error ?? (total === 0 ? "Not found" : `${total} ${total === 1 ? "line" : "lines"}`);
    }

    async function ask(body) {
      try {
        const answer = await fetch(pane.element.dataset.searches, {
          method: "POST",
          headers: { accept: "application/json", "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        const said = await answer.json();
        return answer.ok ? said : { error: said.error.message };
      } catch {
        return { error: "The server does not answer." };
      }
    }

    function close() {
      if (form.hidden) return;
      form.hidden = true;
      found.textContent = "";
      search?.clearDecorations();
      void ask({ text: "" });
      pane.fit();
      pane.term.focus();
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void go(true);
    });
    form.querySelector("[data-newer]").addEventListener("click", () => void go(false));
    form.querySelector("[data-unfind]").addEventListener("click", close);
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    });
    field.addEventListener("input", () => {
      found.textContent = "";
      if (field.value === "") search?.clearDecorations();
      else search?.findPrevious(field.value, { incremental: true, ...LIGHT });
    });

    return {
      open() {
        form.hidden = false;
        const chosen = pane.term.getSelection();
        if (chosen && !chosen.includes("\n")) field.value = chosen;
        pane.fit();
        field.focus();
        field.select();
      },
    };
  }

  window.BooTermFind = find;
})();
