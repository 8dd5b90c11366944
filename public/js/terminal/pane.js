// A terminal's pane: xterm.js on the socket, the line that says how it stands, and what its menu does.
// `BooTerm.open(element)` is called by public/js/terminals.js; `sweep()` lets go of panes that left the page.
(() => {
  const open = new Map();
  /** A larger paste is refused with a sentence. */
  const PASTE_BYTES = 2 * 1024 * 1024;
  const FIT_MS = 40;
  /** The repaint after attaching is no output. */
  const REPAINT_MS = 700;

  class Pane {
    constructor(element) {
      this.element = element;
      this.facts = null;
      this.standing = { name: "connecting", more: {} };
      this.encoder = new TextEncoder();
      this.ends = [];
      this.screen = new window.BooTermScreen(element, (place) => void this.openPlace(place));
      this.term = this.screen.term;
      this.follow();
    }

    // ── what happens ────────────────────────────────────────────────────────────────────────────
    follow() {
      const { term, element } = this;
      this.link = new window.BooTermLink(element.dataset.socket, {
        size: () => ({ cols: term.cols, rows: term.rows }),
        onBytes: (bytes) => this.output(bytes),
        onSaid: (said) => this.said(said),
        onState: (name, more) => this.stand(name, more),
        ...(element.dataset.pingMs && { pingMs: Number(element.dataset.pingMs) }),
      });
      this.find = window.BooTermFind(this, element.querySelector("[data-find]"));
      this.row = window.BooTermKeys.row(this, element.querySelector(".keys"));
      term.attachCustomKeyEventHandler(window.BooTermKeys.handler(this));
      term.onData((text) => this.type(this.row.apply(text)));
      term.onBinary((text) => this.link.type(Uint8Array.from(text, (c) => c.charCodeAt(0))));
      term.onResize((size) => this.link.say(size));
      term.onSelectionChange(() => this.chosen());
      const { holder } = this.screen;
      window.BooTermTouch.selecting(this, holder);
      window.BooTermTouch.scrolling(this, holder);
      this.ends.push(window.BooTermTouch.aboveKeyboard(this));
      const sizes = new ResizeObserver(() => this.fitSoon());
      sizes.observe(holder);
      this.ends.push(() => sizes.disconnect());
      holder.addEventListener("paste", (event) => this.checkPaste(event), { capture: true });
      element.addEventListener("click", (event) => this.act(event));
      // Who starts it again wants to type.
      element.querySelector("[data-ended]").addEventListener("submit", () => term.focus());
      const ticking = setInterval(() => this.tick(), 1000);
      this.ends.push(() => clearInterval(ticking));
    }

    output(bytes) {
      const { length } = bytes;
      if (Date.now() - this.attachedAt > REPAINT_MS) this.outputAt(Date.now());
      this.term.write(bytes, () => this.link.drawn(length));
    }

    said({ attached, terminal, ending, error }) {
      if (attached) {
        this.attachedAt = Date.now();
        this.term.reset();
      }
      if (error) this.notice(error.message);
      if (terminal) this.show(terminal, ending);
    }

    show(terminal, ending) {
      const { live } = terminal;
      this.facts = live;
      const q = (name) => this.element.querySelector(`[data-${name}]`);
      q("size").textContent = live ? `${live.cols}×${live.rows}` : "";
      q("viewers").textContent = live && live.viewers > 1 ? `${live.viewers} viewers` : "";
      q("own-title").textContent = terminal.title ?? "";
      if (terminal.output_at) this.outputAt(Date.parse(terminal.output_at) - skew());
      this.showEnded(q("ended"), ending);
      this.tick();
    }

    /** `ending` is null while it runs. */
    showEnded(bar, ending) {
      if (bar.hidden !== (ending === null)) {
        bar.hidden = ending === null;
        this.fitSoon();
      }
      bar.querySelector("[data-said]").textContent = ending ?? "";
    }

    outputAt(ms) {
      const line = this.element.querySelector("[data-output]");
      const time = line.querySelector("time");
      if (Number(time.dataset.age) > ms + skew()) return;
      time.dataset.age = String(Math.round(ms + skew()));
      line.dataset.known = "";
    }

    stand(name, more) {
      this.standing = { name, more, since: Date.now() };
      this.element.dataset.state = name;
      this.tick();
    }

    /** Somebody with a larger screen typed last. */
    get cut() {
      const { facts, term } = this;
      return facts?.viewers > 1 && (facts.cols > term.cols || facts.rows > term.rows);
    }

    /** The line below: nothing while all is well, for then the age of the last output stands there. */
    tick() {
      const { name, more, since } = this.standing;
      const line = this.element.querySelector("[data-line]");
      const text = this.noted && Date.now() < this.noted.until ? this.noted.text : SAYS[name](more, since, this);
      if (line.textContent !== text) line.textContent = text;
      const output = this.element.querySelector("[data-output]");
      output.hidden = text !== "" || output.dataset.known === undefined;
    }

    notice(text) {
      this.noted = { text, until: Date.now() + 6_000 };
      this.tick();
    }

    // ── size ────────────────────────────────────────────────────────────────────────────────────
    fitSoon() {
      clearTimeout(this.fitTimer);
      this.fitTimer = setTimeout(() => this.fit(), FIT_MS);
    }

    fit() {
      const { term, screen } = this;
      screen.fit(this.link && document.activeElement === term.textarea && matchMedia("(pointer: coarse)").matches);
    }

    // ── input ───────────────────────────────────────────────────────────────────────────────────
    type(text) {
      if (!this.link.type(this.encoder.encode(text))) this.notice("Not typed: there is no connection right now.");
    }

    mouseIsWanted() {
      return this.facts?.mouse ?? false;
    }

    checkPaste(event) {
      const size = event.clipboardData?.getData("text/plain").length ?? 0;
      if (size <= PASTE_BYTES) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.notice(`Too long to paste: ${(size / 1e6).toFixed(1)} MB. Put it into a file.`);
    }

    async paste() {
      try {
        const text = await navigator.clipboard.readText();
        if (text.length <= PASTE_BYTES) this.term.paste(text);
        else this.notice("Too long to paste. Put it into a file.");
      } catch {
        this.notice("The browser does not let us read the clipboard; hold the terminal to paste.");
      }
      this.term.focus();
    }

    copy() {
      const text = this.term.getSelection();
      if (!text) return this.notice("Nothing is selected.");
      const button = this.element.querySelector("[data-said-copy]") ?? document.createElement("button");
      document.dispatchEvent(new CustomEvent("boocode:copy", { detail: { text, button } }));
      this.term.clearSelection();
      this.notice(`Copied ${text.length.toLocaleString("en-US")} characters.`);
      this.term.focus();
    }

    chosen() {
      const button = this.element.querySelector("[data-quote]");
      button.hidden = !this.term.hasSelection() || !document.querySelector("form[data-composer]");
    }

    quote() {
      const text = this.term.getSelection().replace(/[ \t]+$/gm, "");
      if (!text.trim()) return this.notice("Nothing is selected.");
      const { number, title } = this.element.dataset;
      const source = `Terminal ${number}${title && !title.startsWith("Terminal ") ? ` (\`${title.replaceAll("`", "'")}\`)` : ""}:`;
      const detail = { source, text, language: "console" };
      document.dispatchEvent(new CustomEvent("boocode:quote", { detail }));
      const where = detail.attached ? "Attached to the chat." : "Put into the chat below what is written there.";
      this.notice(detail.taken ? where : "There is no chat on this page.");
    }

    act(event) {
      if (event.target.closest("[data-quote]")) return this.quote();
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (!act) return;
      event.target.closest("[popover]")?.hidePopover();
      if (act === "find") this.find.open();
      else if (act === "copy") this.copy();
      else if (act === "reader") this.reader();
      else if (act === "again") this.link.again();
      else this.font(act === "larger" ? 1 : -1);
    }

    font(by) {
      const size = this.screen.largerBy(by);
      for (const pane of open.values()) pane.screen.sized(size);
    }

    /** Lines are read out as they come; costs speed, therefore chosen. */
    reader() {
      const on = !this.term.options.screenReaderMode;
      for (const pane of open.values()) pane.screen.readOut(on);
      this.notice(on ? "Output is read out." : "Output is not read out.");
    }

    async openPlace({ path, line }) {
      try {
        const answer = await fetch(this.element.dataset.openings, {
          method: "POST",
          headers: { accept: "application/json", "content-type": "application/json" },
          body: JSON.stringify({ path, line }),
        });
        if (!answer.ok) this.notice((await answer.json()).error.message);
      } catch {
        this.notice("The server does not answer.");
      }
    }

    close() {
      for (const end of this.ends) end();
      clearTimeout(this.fitTimer);
      this.link.close();
      this.screen.close();
    }
  }

  const seconds = (ms) => `${Math.max(0, Math.ceil(ms / 1000))} s`;
  const SAYS = {
    connecting: (_more, since) =>
      Date.now() - since > 1_500 ? `Connecting for ${seconds(Date.now() - since)}` : "Connecting",
    open: (_more, _since, { cut }) => (cut ? "Cut: as large as another browser's. Type, and it fits this one." : ""),
    behind: () => "More output than this page can draw: catching up",
    lost: ({ again_at, tries }) =>
      tries === 1
        ? "Connection lost"
        : `No connection; trying again in ${seconds(again_at - Date.now())}. The shell goes on.`,
    refused: ({ reason }) => reason,
  };

  const skew = () => Number(document.documentElement.dataset.skew) || 0;

  document.addEventListener("boocode:terminal-quote", () => {
    const pane =
      open.get(document.activeElement?.closest?.(".terminal")) ?? [...open.values()].find((p) => p.term.hasSelection());
    pane?.quote();
  });

  window.BooTerm = {
    open(element, { focus = false } = {}) {
      if (open.has(element)) return;
      const pane = new Pane(element);
      open.set(element, pane);
      if (focus) pane.term.focus();
    },
    sweep() {
      for (const [element, pane] of open) {
        if (element.isConnected) continue;
        pane.close();
        open.delete(element);
      }
    },
    /** For tests and benchmarks: the xterm of a pane, and what stands on its screen. */
    xterm: (element) => open.get(element)?.term,
    text(element) {
      const buffer = open.get(element)?.term.buffer.active;
      if (!buffer) return "";
      const lines = Array.from({ length: buffer.length }, (_, y) => buffer.getLine(y)?.translateToString(true) ?? "");
      return lines.join("\n").trimEnd();
    },
  };
})();
