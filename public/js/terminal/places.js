// Links in a terminal: `src/app.ts:42` opens the file viewer; what is no file is refused by the server with a sentence.
(() => {
  const PLACES = [
    /(?<![\w/.~@-])((?:~|\.{1,2})?\/?(?:[\w.@+-]+\/)*[\w@+-][\w.@+-]*\.[A-Za-z]\w{0,9}|(?:[\w.@+-]+\/)*(?:Makefile|Dockerfile|Rakefile|Gemfile))(?::(\d+)(?::\d+)?|\((\d+)(?:,\s?\d+)?\))?(?![\w/])/g,
    /File "([^"]+)", line (\d+)/g,
  ];

  /** Every place that a line of text names: where it stands and what it means. A bare `node.js` is no place. */
  function placesIn(text) {
    const found = [];
    for (const pattern of PLACES) {
      for (const match of text.matchAll(pattern)) {
        const [whole, path, line, other] = match;
        const number = line ?? other;
        if (!number && !path.includes("/")) continue;
        if (/^\/\/|:\/\/$/.test(text.slice(Math.max(0, match.index - 3), match.index + 2))) continue;
        found.push({ at: match.index, text: whole, path, line: number ? Number(number) : null });
      }
    }
    return found;
  }

  /** For xterm's registerLinkProvider. */
  function provider(term, open) {
    return {
      provideLinks(y, done) {
        const line = term.buffer.active.getLine(y - 1);
        if (!line) return done(undefined);
        const places = placesIn(line.translateToString(true));
        done(
          places.map(({ at, text, path, line: number }) => ({
            text,
            range: { start: { x: column(line, at) + 1, y }, end: { x: column(line, at + text.length - 1) + 1, y } },
            activate: (event) => open({ path, line: number }, event),
          })),
        );
      },
    };
  }

  /** Column of a character: wide ones take two cells. */
  function column(line, index) {
    let seen = 0;
    for (let x = 0; x < line.length; x++) {
      const cell = line.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      if (seen >= index) return x;
      seen += cell.getChars().length || 1;
    }
    return line.length - 1;
  }

  window.BooTermPlaces = { placesIn, provider };
})();
