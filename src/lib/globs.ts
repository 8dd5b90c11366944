/** Globs over names of tools, as humans write them for personas and MCP servers. */

/**
 * Whether globs let a tool through: with none everything, else what the last one that fits says; `!` before one takes
 * away. When all of them take away, everything else is in. `*` stands for anything.
 */
export function globsAllow(globs: readonly string[], name: string): boolean {
  if (globs.length === 0) return true;
  let allowed = globs.every((glob) => glob.startsWith("!"));
  for (const glob of globs) {
    const takes = glob.startsWith("!");
    if (globFits(takes ? glob.slice(1) : glob, name)) allowed = !takes;
  }
  return allowed;
}

/** Without a regular expression: a glob of many stars must not cost more than its length times that of the name. */
export function globFits(glob: string, name: string): boolean {
  let g = 0;
  let n = 0;
  let star = -1;
  let from = 0;
  while (n < name.length) {
    if (glob[g] === "*") {
      star = g++;
      from = n;
    } else if (glob[g] === name[n] || glob[g] === "?") {
      g++;
      n++;
    } else if (star !== -1) {
      g = star + 1;
      n = ++from;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}
