/**
 * Every key of the product, in one table: the help sheet is drawn from it, and the page binds exactly what the sheet
 * says (public/js/keys.js reads the sheet). Single keys act only while no field has the keyboard.
 */
export interface Key {
  group: "Go" | "Panes and tabs" | "Lists" | "Needs you" | "Review" | "Composer" | "Files" | "Terminal";
  /** As shown, one entry a key cap. */
  caps: string[];
  /** What the browser reports: `event.code` with Alt, because macOS types accents; a chord is its keys in order. */
  match: string;
  label: string;
  /** What happens: `go URL`, `click SELECTOR`, `focus SELECTOR`, `event NAME`; absent where the element itself listens. */
  act?: string;
  /**
   * Selector of the region the key belongs to: it acts only while that is in sight. Of two that are, the one that has the
   * keyboard, or had it last, wins; so one letter may mean one thing in a list and another in a review.
   */
  where?: string;
  /** Acts in a terminal too, where every other key belongs to the program. */
  in_terminal?: true;
}

export const KEYS: readonly Key[] = [
  { group: "Go", caps: ["Ctrl", "K"], match: "mod+k", label: "Palette: go to, do", act: "event palette" },
  { group: "Go", caps: ["?"], match: "?", label: "This sheet", act: "event keysheet" },
  { group: "Go", caps: ["g", "d"], match: "g d", label: "Desk", act: "go /" },
  { group: "Go", caps: ["g", "/"], match: "g /", label: "Search everything", act: "go /search" },
  { group: "Go", caps: ["g", "l"], match: "g l", label: "Usage and budgets", act: "go /usage" },
  { group: "Go", caps: ["g", "s"], match: "g s", label: "Settings", act: "go /settings" },
  { group: "Go", caps: ["g", "p"], match: "g p", label: "Add a project", act: "go /projects/new" },
  { group: "Go", caps: ["n"], match: "n", label: "New session", act: "go /sessions/new" },
  { group: "Go", caps: ["."], match: ".", label: "The suggested action: Continue, Send now", act: "event suggested" },
  { group: "Lists", caps: ["j"], match: "j", label: "Next line", act: "event next" },
  { group: "Lists", caps: ["k"], match: "k", label: "Line before", act: "event previous" },
  { group: "Lists", caps: ["↵"], match: "", label: "Open the chosen line" },
  { group: "Needs you", caps: ["a"], match: "a", label: "Allow once", act: "event allow", where: "[data-request]" },
  {
    group: "Needs you",
    caps: ["A"],
    match: "A",
    label: "Allow always, where it is offered",
    act: "event allow-always",
    where: "[data-request]",
  },
  {
    group: "Needs you",
    caps: ["d"],
    match: "d",
    label: "Reject, deny, skip",
    act: "event reject",
    where: "[data-request]",
  },
  {
    group: "Needs you",
    caps: ["D"],
    match: "D",
    label: "Reject and say why",
    act: "event reject-why",
    where: "[data-request]",
  },
  {
    group: "Needs you",
    caps: ["s"],
    match: "s",
    label: "Snooze for an hour, on the desk",
    act: "event snooze",
    where: "[data-request]",
  },
  {
    group: "Panes and tabs",
    caps: ["Alt", "1…9"],
    match: "alt+digit",
    label: "Tab by its number",
    act: "event tab",
    in_terminal: true,
  },
  {
    group: "Panes and tabs",
    caps: ["Alt", "h"],
    match: "alt+KeyH",
    label: "Pane before",
    act: "event pane-before",
    in_terminal: true,
  },
  {
    group: "Panes and tabs",
    caps: ["Alt", "l"],
    match: "alt+KeyL",
    label: "Pane after",
    act: "event pane-after",
    in_terminal: true,
  },
  { group: "Panes and tabs", caps: ["Alt", "c"], match: "alt+KeyC", label: "New chat", act: "event new-chat" },
  {
    group: "Panes and tabs",
    caps: ["Alt", "t"],
    match: "alt+KeyT",
    label: "New terminal",
    act: "event new-terminal",
  },
  { group: "Panes and tabs", caps: ["Alt", "\\"], match: "alt+Backslash", label: "Split the pane", act: "event split" },
  { group: "Panes and tabs", caps: ["Alt", "w"], match: "alt+KeyW", label: "Close the tab", act: "event close-tab" },
  {
    group: "Panes and tabs",
    caps: ["Alt", "z"],
    match: "alt+KeyZ",
    label: "Reopen the tab closed last",
    act: "event reopen-tab",
  },
  {
    group: "Panes and tabs",
    caps: ["Alt", "m"],
    match: "alt+KeyM",
    label: "Maximise the pane, or restore it",
    act: "event maximise",
  },
  { group: "Panes and tabs", caps: ["←", "→", "↑", "↓"], match: "", label: "On the line between panes: resize" },
  ...review(["a"], "a", "Accept the hunk", "event review-accept"),
  ...review(["x"], "x", "Reject the hunk", "event review-reject"),
  ...review(["c"], "c", "Comment on the hunk", "event review-comment"),
  ...review(["v"], "v", "Seen: all hunks of the file", "event review-viewed"),
  ...review(["]"], "]", "Next hunk that nobody has seen", "event review-unseen-next"),
  ...review(["["], "[", "The one before", "event review-unseen-before"),
  ...review(["j"], "j", "Next hunk", "event review-next"),
  ...review(["k"], "k", "Hunk before", "event review-before"),
  ...review(["o"], "o", "Show a folded hunk, or fold it", "event review-show"),
  ...review(["u"], "u", "Undo the last decision", "event review-undo"),
  ...review(["Ctrl", "↵"], "mod+enter", "Apply what is accepted; in a comment: keep it", "event review-apply"),
  { group: "Composer", caps: ["i"], match: "i", label: "Write", act: "focus .view textarea[name=text]" },
  { group: "Composer", caps: ["↵"], match: "", label: "Send, or queue while a run goes on; never stops it" },
  { group: "Composer", caps: ["Shift", "↵"], match: "", label: "New line" },
  { group: "Composer", caps: ["Esc"], match: "", label: "Leave the field; never stops a run" },
  {
    group: "Terminal",
    caps: ["Alt", "s"],
    match: "alt+KeyS",
    label: "Selection to the chat",
    act: "event terminal-quote",
    in_terminal: true,
  },
  { group: "Terminal", caps: ["Ctrl", "C"], match: "", label: "Copy what is selected; else the program gets it" },
  { group: "Terminal", caps: ["Ctrl", "Shift", "V"], match: "", label: "Paste" },
  { group: "Terminal", caps: ["Ctrl", "Shift", "F"], match: "", label: "Find in the scrollback" },
  { group: "Terminal", caps: ["Shift", "PgUp"], match: "", label: "Scroll back; any key returns" },
  {
    group: "Terminal",
    caps: ["Alt", "1…9"],
    match: "",
    label: "Leave it, as Alt h and Alt l do; other keys are the program's",
  },
];

/** Keys of the review act only while one is in sight. */
function review(caps: string[], match: string, label: string, act: string): Key[] {
  return [{ group: "Review", caps, match, label, act, where: "[data-review]" }];
}

export const KEY_GROUPS = [...new Set(KEYS.map((k) => k.group))];
