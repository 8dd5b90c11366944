/** What the demo model does with a question: simple, fixed rules over its words. Pure. */

export type Wanted =
  | { do: "list"; path: string }
  | { do: "overview" }
  | { do: "view"; path: string; line: number | null }
  | { do: "grep"; text: string }
  | { do: "find"; glob: string }
  | { do: "status" }
  | { do: "log" }
  | { do: "diff" }
  | { do: "show"; revision: string }
  | { do: "hello" };

const QUESTION_LIMIT_CHARS = 2_000;
/** Files opened for one question. */
const VIEW_LIMIT = 3;

const EXTENSIONS =
  "ts tsx js jsx mjs cjs json jsonc md mdx txt py rb rs go java kt kts c h cc cpp hpp cs php swift scala sh bash zsh fish sql html css scss less svg xml yml yaml toml ini cfg conf env lock lua ex exs erl hs ml clj dart vue svelte proto graphql tf nix zig r jl pl erb rake gradle cmake mk diff patch log csv";
const KNOWN = new Set(EXTENSIONS.split(" "));
const BARE = /^(readme|license|licence|changelog|dockerfile|makefile|gemfile|rakefile|procfile|contributing|authors)$/i;
/** Words with a dot or slash that are no paths. */
const NO_PATH =
  /^(https?:|www\.|(node|next|vue|nuxt|three|express|deno|d3|bun)\.js$|and\/or$|either\/or$|yes\/no$|client\/server$|read\/write$|input\/output$|i\/o$|n\/a$|he\/she$|his\/her$|true\/false$|on\/off$)/i;
const STOP = new Set(
  "a about all an and any are as at be by can code could do does file files find for from function get give grep has have how i in is it its know like line list look me method much my no of on or our please project projects repo repository search see should show tell than that the their them then there these they thing this to us use used uses using was we were what when where which who why will with work works would you your explain implemented implementation defined definition declared handled called class module happen happens".split(
    " ",
  ),
);

/** Everything the question asks for, most specific first. Never empty. */
export function wantedIn(question: string): Wanted[] {
  const text = question.slice(0, QUESTION_LIMIT_CHARS).trim();
  const low = text.toLowerCase();
  const git = gitWanted(low);
  if (git.length > 0) return git;
  const glob = globIn(text);
  if (glob) return [{ do: "find", glob }];
  const paths = pathsIn(text);
  if (paths.length > 0) return paths;
  if (
    /^\s*(hi|hello|hey|thanks|thank you|good (morning|evening|day)|who are you|what are you|what can you do|help)\b[\s\S]{0,40}$/i.test(
      text,
    )
  )
    return [{ do: "hello" }];
  if (
    /\b(overview|what('s| is) (in )?(this|the) (project|repo\w*|code\w*)|readme|what is this|structure|layout|about (this|the) (project|repo\w*|code\w*)|what (does|do) (it|this|(this|the) (project|repo\w*|code\w*|app\w*|program|package|library)) (actually |really )?do)\b/.test(
      low,
    )
  )
    return [{ do: "overview" }];
  if (/^\s*(ls|list|tree|dir)\b/.test(low) || /\bwhat('s| is| files are)? (in|there|here)\b/.test(low))
    return [{ do: "list", path: "." }];
  const target = targetIn(text);
  return target ? [{ do: "grep", text: target }] : [{ do: "overview" }];
}

function gitWanted(low: string): Wanted[] {
  const revision = /\b(?:commit|show|revision)\s+([0-9a-f]{7,40}|head[~^\d]*)\b/.exec(low)?.[1];
  if (revision) return [{ do: "show", revision: revision.replace(/^head/, "HEAD") }];
  const wanted: Wanted[] = [];
  if (/\b(git status|uncommitted|untracked|working (tree|copy)|which branch|current branch|dirty)\b/.test(low))
    wanted.push({ do: "status" });
  if (
    /\b(git log|(show|read) (me )?the log|history|commits|recent (commits?|changes)|last commits?|who (wrote|changed))\b/.test(
      low,
    )
  )
    wanted.push({ do: "log" });
  if (/\b(git diff|diff|what('s| is| has| did i| was)? ?(been )?changed?)\b/.test(low)) wanted.push({ do: "diff" });
  return wanted;
}

/** "*.ts", "src/**", or a name after "files named". */
function globIn(text: string): string | null {
  const glob = words(text).find(
    (w) => /[*?]/.test(w) && /^[\w@.*?/{},[\]-]+$/.test(w) && /[\w.]/.test(w) && !/^\w+\?+$/.test(w),
  );
  if (glob) return glob.includes("/") ? glob : `**/${glob}`;
  const named = /\bfiles?\s+(?:that (?:is|are) )?(?:named|called|matching)\s+[`"']?([\w@.-]+)/i.exec(text)?.[1];
  if (named) return `**/*${named}*`;
  const extension = /\b(?:all|find|list|every)\b.*?\.?\b([a-z]{1,5}) files\b/i.exec(text)?.[1]?.toLowerCase();
  return extension && KNOWN.has(extension) ? `**/*.${extension}` : null;
}

function pathsIn(text: string): Wanted[] {
  const found: Wanted[] = [];
  for (const word of words(text)) {
    const parts = /^(.*?)(?::(\d+)(?:[-:]\d+)?|#L(\d+)\S*)?$/.exec(word);
    const path = parts?.[1] ?? word;
    if (!looksLikePath(path) || found.some((w) => "path" in w && w.path === path)) continue;
    const line = Number(parts?.[2] ?? parts?.[3]) || null;
    const file = hasExtension(path) || BARE.test(path) || /(^|\/)\.[\w-]+$/.test(path);
    found.push(file || line ? { do: "view", path, line } : { do: "list", path: path.replace(/\/+$/, "") || "." });
  }
  return found.slice(0, VIEW_LIMIT);
}

function looksLikePath(word: string): boolean {
  if (NO_PATH.test(word) || !/^[\w@.~/+-]+$/.test(word) || /^[\d./-]+$/.test(word)) return false;
  if (BARE.test(word)) return /^[A-Z]/.test(word);
  return (word.includes("/") && /\w/.test(word)) || hasExtension(word) || /^\.[a-z][\w-]{2,}$/.test(word);
}

const hasExtension = (word: string): boolean => KNOWN.has(/\w\.([A-Za-z0-9]+)$/.exec(word)?.[1]?.toLowerCase() ?? "");

/** Quoted text, else a word that looks like code, else the longest word that means something. */
function targetIn(text: string): string | null {
  const quoted = /`([^`\n]{2,120})`|"([^"\n]{2,120})"|“([^”\n]{2,120})”|(?:^|\s)'([^'\n]{2,120})'/.exec(text);
  const said = quoted?.slice(1).find((part) => part !== undefined);
  if (said) return said.trim();
  const all = words(text).map((w) => w.replace(/\(\)?$/, ""));
  const code = all.find(
    (w) =>
      /^[A-Za-z_$][\w$.-]*$/.test(w) && (/[a-z][A-Z]/.test(w) || /\w_\w/.test(w) || /^[A-Z][A-Z0-9_]{3,}$/.test(w)),
  );
  if (code) return code;
  const plain = all.filter((w) => /^[\p{L}][\p{L}\w-]{2,}$/u.test(w) && !STOP.has(w.toLowerCase()));
  return plain.reduce<string | null>((best, w) => (best === null || w.length > best.length ? w : best), null);
}

const words = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((w) => w.replace(/^[("'`“<[]+|[)"'`”>\].:!]+$|\?+$/g, ""))
    .filter((w) => w !== "");
