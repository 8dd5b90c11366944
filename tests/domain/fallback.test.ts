import { expect, test } from "bun:test";
import { asArgument, fallbackWords, takesPrompt, withPrompt } from "../../src/domain/fallback.ts";
import type { FallbackSpec } from "../../src/domain/provider.ts";
import { BUILTIN_PROVIDERS } from "../../src/domain/provider-list.ts";

const spec: FallbackSpec = {
  way: "json",
  format: "claude",
  argv: ["x", "{options}", "{prompt}"],
  resume: ["x", "{options}", "--resume", "{session}", "{prompt}"],
  modes: { plan: ["--plan"] },
  model: ["-m", "{model}"],
};

test("mode, model and conversation are words of their own", () => {
  expect(fallbackWords(spec, { mode: "ask", model: null, session: null })).toEqual(["x", "{prompt}"]);
  expect(fallbackWords(spec, { mode: "plan", model: "a b", session: "id" })).toEqual([
    "x",
    "--plan",
    "-m",
    "a b",
    "--resume",
    "id",
    "{prompt}",
  ]);
});

test("a message stays one word, whatever stands in it", () => {
  const words = fallbackWords(spec, { mode: "ask", model: null, session: null });
  expect(withPrompt(words, "$& {options} 'x'")).toEqual(["x", "$& {options} 'x'"]);
  expect(asArgument("-rf /")).toBe(" -rf /");
});

test("every built-in one hands its message over in one way", () => {
  for (const { id, fallback } of BUILTIN_PROVIDERS) {
    if (!fallback) continue;
    const words = fallbackWords(fallback, { mode: "ask", model: "m", session: null });
    expect({ id, left: words.filter((w) => /\{(?!prompt)/.test(w)) }).toEqual({ id, left: [] });
    if (fallback.way === "terminal") expect({ id, takes: takesPrompt(words) }).toEqual({ id, takes: true });
  }
});
