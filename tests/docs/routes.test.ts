/** The route table, the addresses that views build, the description and docs/api say the same. */
import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Elysia } from "elysia";
import { routeTable } from "../../src/http/describe.ts";
import { openApiDocument } from "../../src/http/openapi/document.ts";
import { referenceOf } from "../../src/http/openapi/reference.ts";
import { addRoutes } from "../../src/http/routes.ts";
import { urls } from "../../views/urls.ts";
import { API, apiPages, readPage, routesNamed } from "./pages.ts";

// Routes only keep what they are given until a request comes.
const routes = routeTable(addRoutes(new Elysia() as never, {} as never, {} as never).routes as never);
const name = (route: { method: string; path: string }) => `${route.method} ${route.path}`;
const described = new Set(routes.filter((route) => route.operation).map(name));
const nouns = apiPages();
const named = new Map(
  await Promise.all(
    nouns.map(async (noun) => [noun, routesNamed(await readPage(`${API}${noun}.md`)).map(name)] as const),
  ),
);

test("every route says what it takes and answers", () => {
  const silent = routes
    .filter((route) => route.operation === null)
    .map(
      (route) =>
        `${name(route)}: give it about({ summary, body, query, answers }) as third argument, see src/http/describe.ts`,
    );
  expect(silent).toEqual([]);
});

test("every route is documented on the page of its noun", () => {
  const missing = routes.flatMap((route) => {
    const noun = route.operation?.noun;
    if (!noun || named.get(noun)?.includes(name(route))) return [];
    return [
      `${name(route)}: write \`${name(route)}\`, with a curl example that the tests will run, into ${API}${noun}.md`,
    ];
  });
  expect(missing).toEqual([]);
});

test("every route that a page documents exists", () => {
  const there = new Set(routes.map(name));
  const gone = [...named, ["errors", []] as const].flatMap(([noun, list]) =>
    list
      .filter((route) => !there.has(route))
      .map((route) => `${API}${noun}.md: ${route} is not in the route table (src/http/routes.ts)`),
  );
  expect(gone).toEqual([]);
});

test("the index leads to every page", async () => {
  const index = await readPage(`${API}README.md`);
  expect(
    nouns.filter((noun) => !index.includes(`(${noun}.md)`)).map((noun) => `${API}README.md: no link to ${noun}.md`),
  ).toEqual([]);
});

test("a twin for forms names a route that programs can use", () => {
  const there = new Set(routes.map(name));
  expect(routes.flatMap((r) => r.operation?.form_of ?? []).filter((twin) => !there.has(twin))).toEqual([]);
});

test("every address of views/urls.ts is answered by a route", () => {
  const patterns = routes.map(
    (route) =>
      new RegExp(
        `^${route.path.replace(/:\w+/g, "[^/]+").replace("*", ".+").replaceAll(".", "\\.")}$`.replace("\\.+", ".+"),
      ),
  );
  const dead = Object.entries(urls).flatMap(([key, url]) => {
    // Every argument that is not a query is an id, a path or a number; a text stands for all of them.
    const built = typeof url === "string" ? url : (url as (...parts: unknown[]) => string)("x1", "y2", 3);
    const path = new URL(built, "http://here").pathname.replace(/(?<=\/(x1|changes))\.(md|json|patch)$/, "");
    return patterns.some((p) => p.test(path)) ? [] : [`urls.${key} builds ${path}, which no route answers`];
  });
  expect(dead).toEqual([]);
});

test("/openapi.json is valid OpenAPI and has every route", async () => {
  const document = openApiDocument(routes, "1.2.3");
  const plain = JSON.parse(JSON.stringify(document));
  expect(await new Validator().validate(plain)).toMatchObject({ valid: true });
  const count = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
  expect(count).toBe(described.size);
  const dangling = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].filter(
    (m) => !(m[1]! in document.components.schemas),
  );
  expect(dangling.map((m) => m[0])).toEqual([]);
});

test("the reference page says every schema in words", () => {
  const { groups, resources } = referenceOf(openApiDocument(routes, "1.2.3"));
  const operations = groups.flatMap((g) => g.operations);
  expect(operations).toHaveLength(described.size);
  const types = [
    ...operations.flatMap((o) => [...o.query, ...o.body, ...o.answers]),
    ...resources.flatMap((r) => r.fields),
  ];
  expect(types.filter((t) => /undefined|\[object/.test(t.type))).toEqual([]);
  const post = operations.find((o) => o.id === "post_projects")!;
  expect(post.body.map((f) => [f.name, f.required, f.type])).toEqual([
    ["path", true, "text"],
    ["name", false, "text"],
    ["create", false, "true or false"],
  ]);
  expect(post.answers).toEqual([{ status: "201", type: "{ project: Project }" }]);
  const state = resources.find((r) => r.name === "Run")!.fields.find((f) => f.name === "state")!;
  expect(state.type).toStartWith('"queued" or "running"');
});
