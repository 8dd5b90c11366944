import { expect, test } from "bun:test";
import { OPERATIONS, settingsTable, withSettings } from "../../scripts/docs.ts";
import { SETTINGS } from "../../src/config.ts";

test("docs/operations.md lists every setting as src/config.ts declares it; after a change run `bun run docs`", async () => {
  const page = await Bun.file(OPERATIONS).text();
  expect(page).toBe(withSettings(page));
});

test("a setting has a row with its name, its default and its sentence", () => {
  const rows = settingsTable().trim().split("\n").slice(2);
  expect(rows).toHaveLength(Object.keys(SETTINGS).length);
  expect(rows).toContain(`| \`BOOCODE_PORT\` | \`9500\` | ${SETTINGS.port.about} |`);
});
