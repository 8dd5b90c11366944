import { describe, expect, test } from "bun:test";
import { checkSize, endingOf, endingWords, plainTitle, terminalTitle } from "../../src/domain/terminal.ts";
import { checkShell, readEnvironment, readTargets } from "../../src/domain/terminal-settings.ts";

test("a size is two whole numbers within bounds", () => {
  expect(checkSize(80, 24)).toEqual({ cols: 80, rows: 24 });
  for (const [cols, rows] of [
    [0, 24],
    [1, 24],
    [100_000, 24],
    [80, 0],
    [80, 501],
    [80.5, 24],
    ["80", 24],
    [Number.NaN, 24],
    [undefined, 24],
  ])
    expect(typeof checkSize(cols, rows)).toBe("string");
});

test("a tab is called by its name, else by what ran last, else by its number", () => {
  const nameless = { name: null, command: null, target: null, number: 3 };
  expect(terminalTitle({ ...nameless, name: "tests", command: "vim" })).toBe("tests");
  expect(terminalTitle({ ...nameless, command: "vim a.ts" })).toBe("vim a.ts");
  expect(terminalTitle({ ...nameless, command: "/opt/agents/bin/claude -c /etc/x" })).toBe("claude -c /etc/x");
  expect(terminalTitle({ ...nameless, command: "/" })).toBe("/");
  expect(terminalTitle({ ...nameless, target: "box" })).toBe("box");
  expect(terminalTitle(nameless)).toBe("Terminal 3");
});

test("how it ended", () => {
  expect(endingOf({ exit_code: 3, exit_signal: null })).toBe("exited with 3");
  expect(endingOf({ exit_code: null, exit_signal: "SIGKILL" })).toBe("ended by SIGKILL");
  expect(endingOf({ exit_code: null, exit_signal: null })).toBe("ended: tmux or this machine was stopped");
  const shell = { exit_code: 3, exit_signal: null, target: null, argv: null };
  expect(endingWords(shell)).toBe("The shell exited with 3.");
  expect(endingWords({ ...shell, argv: ["agent"] })).toBe("The program exited with 3.");
  expect(endingWords({ ...shell, target: "box" })).toBe("ssh to box exited with 3.");
  expect(endingWords({ ...shell, target: "box", exit_code: 255 })).toBe("No connection to box: ssh says above why.");
});

test("a title is one bounded line without control or direction characters", () => {
  expect(plainTitle("a\u001b[31m\n\tb \u202e c\u0007")).toBe("a [31m b c");
  expect(plainTitle("x".repeat(500))).toHaveLength(80);
  expect(plainTitle(`${"x".repeat(79)}👻`).isWellFormed()).toBe(true);
});

describe("settings", () => {
  test("environment: NAME=value a line, nothing that is ours", () => {
    expect(readEnvironment("A=1\n# note\n\n B_2=x=y z \nEMPTY=")).toEqual({ A: "1", B_2: "x=y z", EMPTY: "" });
    for (const text of [
      "nonsense",
      "1A=x",
      "BOOCODE_HOME=x",
      "DATABASE_URL=x",
      "TERM=vt100",
      "TMUX=x",
      "A".repeat(9000),
    ])
      expect(() => readEnvironment(text)).toThrow();
  });

  test("targets: a name and what ssh takes, never an option", () => {
    expect(readTargets("box\nlab me@lab.lan\ngate ssh://me@gate:2222")).toEqual([
      { name: "box", destination: "box" },
      { name: "lab", destination: "me@lab.lan" },
      { name: "gate", destination: "ssh://me@gate:2222" },
    ]);
    for (const text of ["box -oProxyCommand=x", "-box", "a b c", "a me@x;rm", "a $(x)", "a b\na c"])
      expect(() => readTargets(text)).toThrow();
  });

  test("a shell is an absolute path", () => {
    expect(checkShell(" /bin/zsh ")).toBe("/bin/zsh");
    expect(checkShell("")).toBeNull();
    for (const shell of ["bash", "./sh", "/bin/sh\n-c"]) expect(() => checkShell(shell)).toThrow();
  });
});
