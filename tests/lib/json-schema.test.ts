import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cleanParameters } from "../../src/lib/json-schema.ts";

describe("a schema of a stranger", () => {
  test("that is one stays as it is", () => {
    const given = {
      type: "object",
      properties: {
        path: { type: "string", description: "Where." },
        lines: { type: "array", items: { type: "integer", minimum: 1 }, maxItems: 3 },
        kind: { enum: ["a", "b"], default: "a" },
        node: { $ref: "#/$defs/node" },
        more: { anyOf: [{ type: "string" }, { type: "null" }] },
      },
      required: ["path"],
      additionalProperties: false,
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    };
    expect(cleanParameters(given)).toEqual({ schema: given, problem: null });
  });

  test("loses what would cost the whole request, and says so", () => {
    const { schema, problem } = cleanParameters({
      $schema: "x",
      $id: "y",
      type: ["object", "null"],
      properties: { a: { type: ["string", "strnig"] }, b: { $ref: "http://elsewhere/x" }, c: null },
      required: ["a", "z", 1],
    });
    expect(schema).toEqual({ type: "object", properties: { a: { type: "string" }, b: {}, c: {} }, required: ["a"] });
    expect(problem).not.toBeNull();
    expect(cleanParameters("object")).toMatchObject({ schema: { type: "object" } });
    expect(cleanParameters({ type: "string" }).problem).toContain("no object");
  });

  test("whatever it is, the answer is an object's schema of bounded size, and cleaning it again changes nothing", () => {
    const key = fc.constantFrom(
      ...["type", "properties", "items", "required", "enum", "anyOf", "$ref", "$defs", "minimum", "description", "x"],
      "additionalProperties",
      "const",
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof({ depthSize: "medium" }, fc.jsonValue(), fc.dictionary(key, tie("node"), { maxKeys: 5 })),
    }));
    fc.assert(
      fc.property(node, (given) => {
        const { schema } = cleanParameters(given);
        expect(schema.type).toBe("object");
        expect(JSON.stringify(schema).length).toBeLessThan(30_000);
        expect(cleanParameters(schema)).toEqual({ schema, problem: null });
      }),
      { numRuns: 300 },
    );
  });
});
