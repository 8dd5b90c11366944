// Ways for files into a form (data-attachable): chosen by the button, pasted, dropped on the chat; and the dialog in which
// one is looked at. What becomes of them is in attach.js.
(() => {
  const FORM = "form[data-attachable]";
  const tell = (detail) => document.dispatchEvent(new CustomEvent("boocode:attach", { detail }));

  function bring(form, files) {
    for (const file of files) tell({ form, file, name: file.name || "pasted" });
  }

  // ── chosen, pasted, dropped ───────────────────────────────────────────────────────────────────
  document.addEventListener("change", ({ target }) => {
    const form = target.matches?.(`${FORM} input[type="file"]`) ? target.form : null;
    if (!form) return;
    bring(form, target.files);
    // Uploaded here: the form itself sends only their ids.
    target.value = "";
    form.querySelector("textarea")?.focus();
  });

  document.addEventListener("paste", (event) => {
    const form = event.target.matches?.(`${FORM} textarea`) ? event.target.form : null;
    const data = event.clipboardData;
    if (!form || !data) return;
    const files = [...data.files];
    const text = data.getData("text/plain");
    // A table or a slide comes as text and as a picture of it: the text is what is meant.
    if (files.length > 0 && text === "") {
      event.preventDefault();
      bring(form, files);
    } else if (text.length > room(event.target)) {
      event.preventDefault();
      tell({ form, name: "pasted.txt", fields: { text, name: "pasted.txt" } });
    }
  });

  /** Characters that still fit into the message. */
  const room = (field) => Number(field.dataset.limit ?? Number.POSITIVE_INFINITY) - field.value.length;

  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  /** The form over which files are: its own place, or the chat that it belongs to. */
  const formUnder = (target) =>
    target.closest?.(FORM) ?? target.closest?.(".view")?.querySelector(`form[data-composer]`) ?? null;
  let over = null;

  function mark(form) {
    if (over === form) return;
    over?.removeAttribute("data-over");
    over = form;
    over?.setAttribute("data-over", "");
  }

  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    // Nowhere else either: a browser opens a file that is dropped beside the field, in place of this page.
    event.preventDefault();
    const form = formUnder(event.target);
    event.dataTransfer.dropEffect = form ? "copy" : "none";
    mark(form);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(null);
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const form = formUnder(event.target);
    mark(null);
    if (!form) return;
    bring(form, event.dataTransfer.files);
    form.querySelector("textarea")?.focus();
  });

  // ── picked by `@` (complete.js): the file goes along, and its name stands in the text ─────────
  document.addEventListener("boocode:complete", ({ target, detail }) => {
    const form = target.closest?.(FORM);
    const path = detail.option.dataset.attach;
    if (form && path) tell({ form, name: path, fields: { project_id: form.dataset.attachable, path } });
  });

  // ── one opened ────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-open-attachment]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void open(link);
  });

  async function open(link) {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
    // Its page says what is wrong.
    if (!answer?.ok) {
      location.assign(link.href);
      return;
    }
    const dialog = document.createElement("dialog");
    dialog.className = "dlg attachmentdlg";
    dialog.setAttribute("aria-label", "Attachment");
    dialog.innerHTML = await answer.text();
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      link.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  }
})();
