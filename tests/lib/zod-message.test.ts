import { expect, test } from "bun:test";
import { z } from "zod";
import { flag } from "../../src/http/routes/fields.ts";
import { explainIssue } from "../../src/lib/zod-message.ts";

const Size = z.union([z.literal("").transform(() => null), z.coerce.number().min(1)]).nullish();
const Kinds = z.union([z.enum(["file", "tool"]), z.array(z.enum(["file", "tool"]))]);
const Shape = z.object({
  on: flag.optional(),
  size: Size,
  kind: Kinds.optional(),
  change: z
    .discriminatedUnion("do", [z.object({ do: z.literal("open") }), z.object({ do: z.literal("close") })])
    .optional(),
  node: z.union([z.object({ sort: z.literal("pane") }), z.object({ sort: z.literal("split") })]).optional(),
});

test("a choice that nothing fits says what would", () => {
  const cases: [object, string, string][] = [
    [{ on: "maybe" }, "on", '"on" must be true or false.'],
    [{ size: "x" }, "size", '"size" must be a number.'],
    [{ kind: "x" }, "kind", '"kind" must be file or tool.'],
    [{ kind: ["x"] }, "kind", '"kind" must be file or tool.'],
    [{ change: { do: "x" } }, "change.do", '"change.do" must be open or close.'],
    [{ node: { sort: "x" } }, "node.sort", '"node.sort" must be pane or split.'],
  ];
  for (const [value, field, message] of cases) {
    const { error } = Shape.safeParse(value);
    expect(explainIssue(error!)).toEqual({ field, message });
  }
  expect(explainIssue(z.object({ on: flag }).safeParse({}).error!).message).toBe('"on" is missing.');
});

test("a schema's own words are the message, but of a value that is there and of another type", () => {
  const Own = z.object({
    url: z.string({ error: "Say the URL." }),
    mode: z.enum(["plan"], { error: "A mode is plan." }),
  });
  const said = (value: object) => explainIssue(Own.safeParse(value, { reportInput: true }).error!);
  expect(said({ mode: "plan" })).toEqual({ field: "url", message: "Say the URL." });
  expect(said({ mode: "plan", url: 7 })).toEqual({ field: "url", message: '"url" must be text.' });
  expect(said({ mode: "yolo", url: "u" })).toEqual({ field: "mode", message: "A mode is plan." });
});
