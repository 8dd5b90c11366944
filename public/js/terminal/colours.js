// Colours and font of the terminal, out of the tokens of the page (css/tokens.css, css/terminal.css), in both themes.
(() => {
  const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

  /** Tokens are light-dark() texts: only a property in use has the value of the moment. */
  function reader(element) {
    const probe = document.createElement("span");
    probe.hidden = true;
    element.append(probe);
    const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const read = (token) => {
      probe.style.color = `var(${token})`;
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = getComputedStyle(probe).color;
      pixel.fillRect(0, 0, 1, 1);
      const [r, g, b] = pixel.getImageData(0, 0, 1, 1).data;
      return `#${[r, g, b].map((n) => n.toString(16).padStart(2, "0")).join("")}`;
    };
    return { read, done: () => probe.remove() };
  }

  function theme(element) {
    const { read, done } = reader(element);
    const ansi = {};
    for (const name of NAMES) {
      ansi[name] = read(`--ansi-${name}`);
      ansi[`bright${name[0].toUpperCase()}${name.slice(1)}`] = read(`--ansi-bright-${name}`);
    }
    const colours = {
      ...ansi,
      background: read("--surface-1"),
      foreground: read("--ink-1"),
      cursor: read("--ink-1"),
      cursorAccent: read("--surface-1"),
      selectionBackground: read("--term-selection"),
      selectionInactiveBackground: read("--surface-3"),
    };
    done();
    return colours;
  }

  /** Calls back whenever the theme of the page, or of the system, changes. Returns the end of that. */
  function follow(change) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", change);
    const watcher = new MutationObserver(change);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-size"] });
    return () => {
      dark.removeEventListener("change", change);
      watcher.disconnect();
    };
  }

  const font = () => getComputedStyle(document.documentElement).getPropertyValue("--mono").trim() || "monospace";

  window.BooTermColours = { theme, follow, font };
})();
