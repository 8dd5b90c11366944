/** The prompt's prefix holds whatever happens to the project's notes, and the model hears of it all the same. */
import { expect, test } from "bun:test";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { expectStablePrefix, toldBy } from "../support/told.ts";

test("notes stand in the system prompt; a change is told once, where it was noticed, and after a compaction at the head", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm, files: { "AGENTS.md": "Use tabs.\n", "a.txt": "a\n" } });
  const { session, chat } = await boo.chat();
  const say = async (text: string, script = "[[say:ok]]") => {
    llm.set(script);
    const { run } = await boo.ask(chat, text);
    await boo.settled(run.id, session);
    return toldBy(llm.chats().at(-1)!);
  };
  const first = await say("one");
  expect(first[0]!.content).toContain('<project_notes file="AGENTS.md">\nUse tabs.\n</project_notes>');
  expect(first[1]!.content).toBe("one");

  await writeFile(join(boo.repo.root, "AGENTS.md"), "Use spaces.\n");
  const second = await say("two");
  expect(second[0]).toEqual(first[0]!);
  expect(second.at(-1)!.content).toContain("notes changed");
  expect(second.at(-1)!.content).toContain("Use spaces.");
  expect(second.at(-1)!.content).toEndWith("two");
  expect((await say("three")).at(-1)!.content).toBe("three");

  await rm(join(boo.repo.root, "AGENTS.md"));
  expect((await say("four")).at(-1)!.content).toContain("were removed");
  await writeFile(join(boo.repo.root, "BOOCODE.md"), "Be kind.\n");
  expect((await say("five")).at(-1)!.content).toContain("Be kind.");
  expectStablePrefix(llm.chats());

  await say("/compact", "[[say:## Goal\nTo count.]]");
  const after = await say("six");
  expect(after[0]!.content).toContain("Be kind.");
  expect(after[0]!.content).not.toContain("Use tabs.");
  expect(after[1]!.content).toContain("To count.");
  expect(after[1]!.content).toEndWith("six");
  expect(after).toHaveLength(2);
});
