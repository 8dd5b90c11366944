/** The first page: the way to a model, for as long as nothing was begun without one. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";

test("the desk leads to the first run until there is an endpoint, a decision, or a session", async () => {
  await using boo = await testApp();
  const desk = () => fetch(boo.url, { headers: { accept: "text/html" }, redirect: "manual" });
  expect((await desk()).headers.get("location")).toBe("/onboarding");
  await boo.send("POST", "/projects", { path: boo.repo.root });
  expect((await desk()).status).toBe(303);
  await boo.chat();
  expect((await desk()).status).toBe(200);
});
