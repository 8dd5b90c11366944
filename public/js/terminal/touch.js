// Fingers and mice. A finger's drag scrolls; a mouse's drag selects, unless the program in the terminal wants the mouse.
// The soft keyboard covers, and never resizes: the key row rises above it and the cursor's line stays in sight.
(() => {
  const KEYBOARD_PX = 80;

  /** tmux asks for every mouse event, so xterm would never select; Shift is how xterm is told to do it all the same. */
  function selecting(pane, screen) {
    screen.addEventListener(
      "mousedown",
      (event) => {
        if (!event.isTrusted || event.button !== 0 || event.shiftKey || pane.mouseIsWanted()) return;
        event.stopImmediatePropagation();
        const { clientX, clientY, screenX, screenY, detail, button, buttons, ctrlKey, metaKey } = event;
        const same = { clientX, clientY, screenX, screenY, detail, button, buttons, ctrlKey, metaKey };
        const forced = { bubbles: true, cancelable: true, composed: true, view: window, shiftKey: true, altKey: true };
        if (!event.target.dispatchEvent(new MouseEvent("mousedown", { ...same, ...forced }))) event.preventDefault();
      },
      { capture: true },
    );
  }

  /** A line a cell's height, as turns of the wheel; tmux decides what they mean. */
  function scrolling(pane, screen) {
    let last = null;
    let rest = 0;
    screen.addEventListener(
      "touchstart",
      ({ touches }) => {
        last = touches.length === 1 ? touches[0].clientY : null;
        rest = 0;
      },
      { passive: true },
    );
    screen.addEventListener(
      "touchmove",
      (event) => {
        if (last === null || event.touches.length !== 1) return;
        event.preventDefault();
        const y = event.touches[0].clientY;
        rest += last - y;
        last = y;
        const cell = screen.clientHeight / pane.term.rows || 18;
        const lines = Math.trunc(rest / cell);
        rest -= lines * cell;
        const turn = lines > 0 ? "\x1b[<65;1;1M" : "\x1b[<64;1;1M";
        // Three lines a turn (drivers/tmux/config.ts).
        if (lines !== 0) pane.type(turn.repeat(Math.max(1, Math.round(Math.abs(lines) / 3))));
      },
      { passive: false },
    );
  }

  /** Returns the end of it. */
  function aboveKeyboard(pane) {
    const view = window.visualViewport;
    if (!view || !matchMedia("(pointer: coarse)").matches) return () => {};
    const { element, term } = pane;
    const place = () => {
      const hidden = Math.max(0, window.innerHeight - view.height - view.offsetTop);
      const covered =
        hidden > KEYBOARD_PX ? Math.max(0, element.getBoundingClientRect().bottom - (view.height + view.offsetTop)) : 0;
      const screen = element.querySelector(".term");
      const cell = screen.clientHeight / term.rows;
      const below = (term.rows - 1 - term.buffer.active.cursorY) * cell;
      element.style.setProperty("--kb", `${covered}px`);
      element.style.setProperty("--kb-screen", `${Math.max(0, covered - below)}px`);
      element.toggleAttribute("data-keyboard", covered > 0);
    };
    view.addEventListener("resize", place);
    view.addEventListener("scroll", place);
    const moved = term.onCursorMove(place);
    return () => {
      view.removeEventListener("resize", place);
      view.removeEventListener("scroll", place);
      moved.dispose();
    };
  }

  window.BooTermTouch = { selecting, scrolling, aboveKeyboard };
})();
