/** Pages that stand at an end: what is lost there is said before, and there is a way on. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { coderChat, proposes } from "../support/proposals.ts";

test("deleting a session names the proposals that go with it; a file that is not there leads to those that are", async () => {
  await using boo = await testApp();
  const at = await coderChat(boo);
  const page = async (path: string) => (await fetch(boo.url + path, { headers: { accept: "text/html" } })).text();
  expect(await page(`/sessions/${at.session}/removal`)).not.toContain("proposal");
  await proposes(boo, at, "src/claim.ts", (text) => `${text}// end\n`);
  await proposes(boo, at, "src/new.ts", () => "export {};\n");
  const asked = await page(`/sessions/${at.session}/removal`);
  expect(asked).toContain("2 proposals");
  expect(asked).toContain(`/sessions/${at.session}/review`);
  expect((await boo.get<{ changes: number }>(`/sessions/${at.session}/removal`)).changes).toBe(2);

  const missing = await page(`/projects/${at.project}/files/src/nope.ts`);
  expect(missing).toContain("There is no src/nope.ts");
  expect(missing).toContain(`/projects/${at.project}/tree`);
  expect(await page("/projects/nope/files/src/nope.ts")).not.toContain("/projects/nope/tree");
});
