/** The palette finds sessions, chats, projects, files and actions, and what was renamed a moment ago. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";

interface Answer {
  mode: string;
  items: { kind: string; title: string; hint: string; url: string }[];
}

test("finds places, files and actions; a rename is known at once; modes narrow", async () => {
  await using boo = await testApp();
  const { session, project } = await boo.chat();
  await boo.send("PATCH", `/sessions/${session}`, { title: "Double deliveries" });
  const find = async (q: string) =>
    (await boo.get<Answer>(`/palette?session=${session}&q=${encodeURIComponent(q)}`)).items;
  expect(await find("")).toMatchObject([{ kind: "session", title: "Double deliveries" }]);
  expect((await find("doubel")).map((i) => i.title)).toContain("Double deliveries");
  await boo.send("PATCH", `/sessions/${session}`, { title: "Lease-based claims" });
  expect((await find("lease"))[0]?.title).toBe("Lease-based claims");
  expect(await find("@claim")).toMatchObject([
    { kind: "file", title: "claim.ts", hint: "src/", url: `/projects/${project}/files/src/claim.ts` },
  ]);
  expect((await find(">setting")).map((i) => i.kind)).toContain("action");
  expect((await find("#lease")).map((i) => i.kind)).toEqual(["session", "chat"]);
  // A file that is called so comes before what is only like it; what is called nothing can be searched for.
  expect((await find("claim.ts"))[0]).toMatchObject({ kind: "file", title: "claim.ts" });
  expect(await find("zzzqqq")).toMatchObject([{ title: 'Search everything for "zzzqqq"', url: "/search?q=zzzqqq" }]);
});

test("works as a page without script, and the key sheet stands on every page", async () => {
  await using boo = await testApp();
  await boo.chat();
  const page = await (await fetch(`${boo.url}/palette?q=new`, { headers: { accept: "text/html" } })).text();
  expect(page).toMatch(/<main[\s\S]*<a href="\/sessions\/new"/);
  expect(page).toContain('data-act="event palette"');
});
