/**
 * What a route says about itself, beside its handler: `.post("/projects", handler, about({ … }))`. /openapi.json, the
 * reference page and the tests of docs/api are made of it. `body` and `query` are the very schemas that the handler
 * gives to parseBody and parseQuery; a test watches them work (tests/docs/examples.test.ts).
 */
import type { z } from "zod";
import type { ResourceName } from "./openapi/resources.ts";

/** A resource of openapi/resources.ts: one, a list, or one that may be null; `?` when the field may be missing. */
export type Shape = `${ResourceName}${"" | "[]" | "|null"}${"" | "?"}`;
/** Fields of a JSON answer. */
export type Answer = Readonly<Record<string, Shape>>;
type Status = 200 | 201 | 202 | 204;

export interface Operation {
  /** One sentence: what it does, for somebody who calls it. */
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The body may also be multipart/form-data with files in this field. */
  files?: string;
  /** JSON answers by status; null has no body. None: the route has no JSON form. */
  answers: Partial<Record<Status, Answer | null>>;
  /** What else it can answer: content type and a few words. */
  also?: Readonly<Record<string, string>>;
  /** The operation that programs use; this one is its twin for forms, which can only GET and POST. */
  form_of?: `${"POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;
}

export interface Described extends Operation {
  /** Names the page docs/api/<noun>.md. */
  noun: string;
}

/** Elysia carries `detail` through to `app.routes` untouched. */
const KEY = "x-boocode";

/** `const about = describing("projects")`, once in a module; `about({ … })` is a route's third argument. */
export function describing(noun: string): (operation: Operation) => { detail: { tags: string[] } } {
  return (operation) => {
    const described: Described = { noun, ...operation };
    return { detail: { tags: [noun], [KEY]: described } };
  };
}

export interface Route {
  method: string;
  path: string;
  /** Null when the route was not described; a test refuses that. */
  operation: Described | null;
}

interface ElysiaRoute {
  method: string;
  path: string;
  hooks: { detail?: unknown };
}

/** The route table with what each route said. An upgrade to a socket is a GET on the wire. */
export function routeTable(routes: readonly ElysiaRoute[]): Route[] {
  return routes.map(({ method, path, hooks }) => ({
    method: method === "WS" ? "GET" : method,
    path,
    operation: (hooks?.detail as Record<string, Described> | undefined)?.[KEY] ?? null,
  }));
}
