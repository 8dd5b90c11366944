// What draws a terminal: xterm.js in our colours and font, by WebGL where a graphics processor is, else by the DOM.
(() => {
  const FONT_KEY = "boocode.terminal.font";
  const READER_KEY = "boocode.terminal.reader";
  const FONT = { least: 8, most: 32 };
  /** Browsers allow some sixteen WebGL contexts a page; the rest draws with the DOM. */
  const WEBGL_MAX = 8;
  /** WebGL draws lines and boxes as high as the row; the DOM takes them from the font, where they would be broken. */
  const LINE_HEIGHT = { webgl: 1.2, dom: 1 };
  /** Programs mix colours for other palettes than ours. */
  const CONTRAST = 4.5;
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

  class Screen {
    /** `element` is the pane (views/terminals/terminal.tsx); `onPlace` is told of a file that was clicked. */
    constructor(element, onPlace) {
      this.element = element;
      this.holder = element.querySelector("[data-screen]");
      this.ends = [];
      const { Terminal, FitAddon, SearchAddon, Unicode11Addon, WebLinksAddon } = window;
      const term = new Terminal({
        allowProposedApi: true,
        fontFamily: window.BooTermColours.font(),
        fontSize: Number(stored.read(FONT_KEY)) || Number(element.dataset.font),
        lineHeight: LINE_HEIGHT.dom,
        cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        minimumContrastRatio: CONTRAST,
        scrollback: 0,
        macOptionClickForcesSelection: true,
        screenReaderMode: stored.read(READER_KEY) === "on",
        theme: window.BooTermColours.theme(element),
        linkHandler: { activate: (_event, uri) => openUrl(uri) },
      });
      this.term = term;
      this.fitting = new FitAddon.FitAddon();
      this.search = new SearchAddon.SearchAddon();
      term.loadAddon(this.fitting);
      term.loadAddon(this.search);
      term.loadAddon(new Unicode11Addon.Unicode11Addon());
      term.unicode.activeVersion = "11";
      term.loadAddon(new WebLinksAddon.WebLinksAddon((_event, uri) => openUrl(uri)));
      term.registerLinkProvider(window.BooTermPlaces.provider(term, onPlace));
      this.holder.replaceChildren();
      term.open(this.holder);
      term.textarea.setAttribute("aria-label", `Terminal ${element.dataset.number}`);
      this.useWebgl();
      this.fit();
      this.ends.push(
        window.BooTermColours.follow(() => {
          term.options.theme = window.BooTermColours.theme(element);
        }),
      );
    }

    useWebgl() {
      if (webgls >= WEBGL_MAX || !hasGpu()) return this.drawnBy("dom");
      try {
        const addon = new window.WebglAddon.WebglAddon();
        this.term.loadAddon(addon);
        webgls += 1;
        let held = true;
        const letGo = () => {
          if (held) webgls -= 1;
          held = false;
        };
        this.ends.push(letGo);
        addon.onContextLoss(() => {
          letGo();
          addon.dispose();
          this.drawnBy("dom");
          this.fit();
        });
        this.drawnBy("webgl");
      } catch {
        this.drawnBy("dom"); // no WebGL here after all
      }
    }

    drawnBy(renderer) {
      this.element.dataset.renderer = renderer;
      if (renderer === "dom") this.measureFinely();
      this.term.options.lineHeight = LINE_HEIGHT[renderer];
    }

    /** As large as its place. `typing`: fewer rows then are a soft keyboard, which covers and never resizes. */
    fit(typing = false) {
      if (this.holder.clientWidth === 0 || this.holder.clientHeight === 0) return;
      const size = this.fitting.proposeDimensions();
      if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return;
      const { term } = this;
      if (typing && size.cols === term.cols && size.rows < term.rows) return;
      if (size.cols !== term.cols || size.rows !== term.rows)
        term.resize(Math.max(2, size.cols), Math.max(1, size.rows));
    }

    /**
     * xterm 6 measures what the DOM draws in whole pixels over 32 characters, and spaces it by that: over a hundred columns
     * the last one is cut by half. Its measuring elements are told to answer exactly; another size makes it forget.
     */
    measureFinely() {
      for (const probe of this.holder.querySelectorAll(".xterm-width-cache-measure-container > span"))
        Object.defineProperty(probe, "offsetWidth", { get: () => probe.getBoundingClientRect().width });
      const { fontSize } = this.term.options;
      this.term.options.fontSize = fontSize + 1;
      this.term.options.fontSize = fontSize;
    }

    /** Keeps what was chosen for the next terminals of this browser. */
    largerBy(px) {
      const size = Math.min(FONT.most, Math.max(FONT.least, this.term.options.fontSize + px));
      stored.write(FONT_KEY, String(size));
      return size;
    }

    sized(px) {
      this.term.options.fontSize = px;
      this.fit();
    }

    readOut(on) {
      stored.write(READER_KEY, on ? "on" : "off");
      this.term.options.screenReaderMode = on;
    }

    close() {
      for (const end of this.ends) end();
      this.term.dispose();
    }
  }

  /** Only http and https, in a window that knows nothing of us. */
  function openUrl(uri) {
    if (/^https?:\/\//i.test(uri)) window.open(uri, "_blank", "noopener,noreferrer");
  }

  window.BooTermScreen = Screen;
})();
