import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseSearch, tsqueryOf } from "../../src/domain/search-query.ts";
import { lexeme } from "../../src/store/search-facts.ts";
import { testDatabase } from "../support/database.ts";

const query = (text: string, begin = false) => tsqueryOf(parseSearch(text), begin, lexeme);

test("words, phrases, exclusions, alternatives, beginnings", () => {
  expect(query("claim due")).toBe("('claim') & ('due')");
  expect(query("claimed_until -migration")).toBe("('claimed' <-> 'until') & !('migration')");
  expect(query('"two words" OR three*')).toBe("(('two' <-> 'words') | ('three':*))");
  expect(query("deliver an", true)).toBe("('deliver':*) & ('an')");
});

test("what cannot be looked for says why", () => {
  expect(parseSearch("-only -these").problem).toContain("only what must not be there");
  expect(parseSearch("()").problem).toContain("no word");
  expect(parseSearch("  ").problem).toBeNull();
  expect(parseSearch("::>>").problem).toBeNull();
  expect(parseSearch('"never closed').groups).toEqual([[{ words: ["never", "closed"], not: false, prefix: false }]]);
});

test("whatever is typed, Postgres takes what becomes of it", async () => {
  const { sql, drop } = await testDatabase();
  const garbage = fc.array(
    fc.oneof(fc.constantFrom("OR", "-", '"', "*", "&", "|", "!", "<->", "'", "\\", ":*", "(", ")"), fc.string()),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(garbage, fc.boolean(), async (tokens, begin) => {
      const text = query(tokens.join(" ").replaceAll("\0", ""), begin);
      if (text !== null) await sql`select ${text}::tsquery`;
    }),
    { numRuns: 200 },
  );
  await drop();
});
