// A terminal's pane: xterm.js on the socket, the line that says how it stands, and what its menu does.
// `BooTerm.open(element)` is called by public/js/terminals.js; `sweep()` lets go of panes that left the page.
(() => {
  const open = new Map();
  const FONT_KEY = "boocode.terminal.font";
  const READER_KEY = "boocode.terminal.reader";
  const FONT = { least: 8, most: 32 };
  /** A larger paste is refused with a sentence. */
  const PASTE_BYTES = 2 * 1024 * 1024;
  const FIT_MS = 40;
  /** The repaint after attaching is no output. */
  const REPAINT_MS = 700;
  /** Browsers allow some sixteen WebGL contexts a page; the rest draws with the DOM. */
  const WEBGL_MAX = 8;
  let webgls = 0;

  /** WebGL drawn by the processor is slower than the DOM. */
  let gpu = null;
  function hasGpu() {
    if (gpu !== null) return gpu;
    const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
    const facts = gl?.getExtension("WEBGL_debug_renderer_info");
    const name = facts ? gl.getParameter(facts.UNMASKED_RENDERER_WEBGL) : "";
    gpu = gl !== null && !/swiftshader|llvmpipe|software/i.test(name);
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
    return gpu;
  }

  const stored = {
    read(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {} // full or forbidden: it holds as long as the page
    },
  };

  class Pane {
    constructor(element) {
      this.element = element;
      this.screen = element.querySelector("[data-screen]");
      this.facts = null;
      this.standing = { name: "connecting", more: {} };
      this.encoder = new TextEncoder();
      this.ends = [];
      this.draw();
      this.follow();
    }

    // ── drawing ─────────────────────────────────────────────────────────────────────────────────
    draw() {
      const { Terminal, FitAddon, SearchAddon, Unicode11Addon, WebLinksAddon } = window;
      this.term = new Terminal({
        allowProposedApi: true,
        fontFamily: window.BooTermColours.font(),
        fontSize: Number(stored.read(FONT_KEY)) || Number(this.element.dataset.font),
        lineHeight: 1.2,
        cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        // xterm holds text in reverse against the wrong side: where our own colours suffice, it is left alone.
        minimumContrastRatio: matchMedia("(prefers-contrast: more)").matches ? 4.5 : 1,
        scrollback: 0,
        macOptionClickForcesSelection: true,
        screenReaderMode: stored.read(READER_KEY) === "on",
        theme: window.BooTermColours.theme(this.element),
        linkHandler: { activate: (_event, uri) => openUrl(uri) },
      });
      const { term } = this;
      this.fitting = new FitAddon.FitAddon();
      this.search = new SearchAddon.SearchAddon();
      term.loadAddon(this.fitting);
      term.loadAddon(this.search);
      term.loadAddon(new Unicode11Addon.Unicode11Addon());
      term.unicode.activeVersion = "11";
      term.loadAddon(new WebLinksAddon.WebLinksAddon((_event, uri) => openUrl(uri)));
      term.registerLinkProvider(window.BooTermPlaces.provider(term, (place) => void this.openPlace(place)));
      this.screen.replaceChildren();
      term.open(this.screen);
      term.textarea.setAttribute("aria-label", `Terminal ${this.element.dataset.number}`);
      this.fit();
      this.useWebgl();
    }

    useWebgl() {
      if (webgls >= WEBGL_MAX || !hasGpu()) return;
      try {
        const addon = new window.WebglAddon.WebglAddon();
        addon.onContextLoss(() => addon.dispose());
        this.term.loadAddon(addon);
        webgls += 1;
        this.ends.push(() => {
          webgls -= 1;
        });
      } catch {} // no WebGL here: the DOM draws
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
      window.BooTermTouch.selecting(this, this.screen);
      window.BooTermTouch.scrolling(this, this.screen);
      this.ends.push(window.BooTermTouch.aboveKeyboard(this));
      this.ends.push(
        window.BooTermColours.follow(() => {
          term.options.theme = window.BooTermColours.theme(element);
        }),
      );
      const sizes = new ResizeObserver(() => this.fitSoon());
      sizes.observe(this.screen);
      this.ends.push(() => sizes.disconnect());
      this.screen.addEventListener("paste", (event) => this.checkPaste(event), { capture: true });
      element.addEventListener("click", (event) => this.act(event));
      const ticking = setInterval(() => this.tick(), 1000);
      this.ends.push(() => clearInterval(ticking));
    }

    output(bytes) {
      const { length } = bytes;
      if (Date.now() - this.attachedAt > REPAINT_MS) this.outputAt(Date.now());
      this.term.write(bytes, () => this.link.drawn(length));
    }

    said({ attached, terminal, error }) {
      if (attached) {
        this.attachedAt = Date.now();
        this.term.reset();
      }
      if (error) this.notice(error.message);
      if (terminal) this.show(terminal);
    }

    show(terminal) {
      this.facts = terminal.live;
      const q = (name) => this.element.querySelector(`[data-${name}]`);
      const { live } = terminal;
      q("size").textContent = live ? `${live.cols}×${live.rows}` : "";
      q("viewers").textContent = live && live.viewers > 1 ? `${live.viewers} viewers` : "";
      if (terminal.output_at) this.outputAt(Date.parse(terminal.output_at) - skew());
      const ended = q("ended");
      if (ended.hidden !== (terminal.state === "open")) {
        ended.hidden = terminal.state === "open";
        this.fitSoon();
      }
      ended.querySelector("[data-said]").textContent =
        terminal.state === "open" ? "" : `The shell ${ending(terminal)}.`;
      this.tick();
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

    /** The line below: nothing while all is well, for then the age of the last output stands there. */
    tick() {
      const { name, more, since } = this.standing;
      const line = this.element.querySelector("[data-line]");
      const text = this.noted && Date.now() < this.noted.until ? this.noted.text : SAYS[name](more, since);
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
      if (this.screen.clientWidth === 0 || this.screen.clientHeight === 0) return;
      const size = this.fitting.proposeDimensions();
      if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return;
      const { term } = this;
      // Browsers that shrink the page for their keyboard: only fewer rows while somebody types is that, and no new size.
      const typing = document.activeElement === term.textarea && matchMedia("(pointer: coarse)").matches;
      if (typing && this.link && size.cols === term.cols && size.rows < term.rows) return;
      if (size.cols !== term.cols || size.rows !== term.rows)
        term.resize(Math.max(2, size.cols), Math.max(1, size.rows));
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
      const size = Math.min(FONT.most, Math.max(FONT.least, this.term.options.fontSize + by));
      stored.write(FONT_KEY, String(size));
      for (const pane of open.values()) {
        pane.term.options.fontSize = size;
        pane.fit();
      }
    }

    /** Lines are read out as they come; costs speed, therefore chosen. */
    reader() {
      const on = !this.term.options.screenReaderMode;
      stored.write(READER_KEY, on ? "on" : "off");
      for (const pane of open.values()) pane.term.options.screenReaderMode = on;
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
      this.term.dispose();
    }
  }

  const seconds = (ms) => `${Math.max(0, Math.ceil(ms / 1000))} s`;
  const SAYS = {
    connecting: (_more, since) =>
      Date.now() - since > 1_500 ? `Connecting for ${seconds(Date.now() - since)}` : "Connecting",
    open: () => "",
    behind: () => "More output than this page can draw: catching up",
    lost: ({ again_at, tries }) =>
      tries === 1
        ? "Connection lost"
        : `No connection; trying again in ${seconds(again_at - Date.now())}. The shell goes on.`,
    refused: ({ reason }) => reason,
  };

  const skew = () => Number(document.documentElement.dataset.skew) || 0;
  const ending = ({ exit_code, exit_signal }) =>
    exit_signal ? `ended by ${exit_signal}` : exit_code === null ? "exited" : `exited with ${exit_code}`;

  /** Only http and https, in a window that knows nothing of us. */
  function openUrl(uri) {
    if (/^https?:\/\//i.test(uri)) window.open(uri, "_blank", "noopener,noreferrer");
  }

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
