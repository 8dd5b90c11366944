/** The OpenAPI description, made from what the routes say (describe.ts) and the resources. */
import { z } from "zod";
import type { Answer, Described, Route, Shape } from "../describe.ts";
import { flag } from "../routes/fields.ts";
import { RESOURCES, type ResourceName } from "./resources.ts";

export type Json = { [key: string]: unknown };
export interface OpenApi {
  openapi: "3.1.0";
  info: Json;
  servers: Json[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
  security: Json[];
}
/** Schemas that the description names. */
type Names = ReadonlyMap<z.ZodType, string>;

const REF = "#/components/schemas/";
const SPEAKS =
  "Bodies are JSON or forms with the same fields; unknown fields are ignored. Answers are JSON for `Accept: application/json`, " +
  "or for a path that ends in `.json`; browsers get pages. Errors have one form everywhere.";
const LICENCE = { name: "AGPL-3.0-only", identifier: "AGPL-3.0-only" };

/** `routes` that said nothing are left out; a test refuses them. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApi {
  const described = routes.flatMap(({ operation, ...route }) => (operation ? [{ ...route, operation }] : []));
  const names = namesOf(described);
  const paths: OpenApi["paths"] = {};
  for (const { method, path, operation } of described) {
    const at = openApiPath(path);
    paths[at] ??= {};
    paths[at][method.toLowerCase()] = operationObject(method, path, operation, names);
  }
  return {
    openapi: "3.1.0",
    info: { title: "BooCode", version, description: SPEAKS, license: LICENCE },
    servers: [{ url: "/" }],
    tags: [...new Set(described.map((d) => d.operation.noun))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemasOf(names),
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Needed with BOOCODE_AUTH=token." } },
    },
    security: [{}, { token: [] }],
  };
}

/** Resources have their names; a body has that of the first operation that takes it. */
function namesOf(described: readonly { method: string; path: string; operation: Described }[]): Names {
  const names = new Map<z.ZodType, string>();
  for (const [name, schema] of Object.entries(RESOURCES)) if (/^[A-Z]/.test(name)) names.set(schema, name);
  for (const { method, path, operation } of described)
    if (operation.body && !names.has(operation.body)) names.set(operation.body, `body_${operationId(method, path)}`);
  return names;
}

/** `/projects/:id/files/*` → `/projects/{id}/files/{path}` */
const openApiPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}").replace("*", "{path}");

function operationObject(method: string, path: string, operation: Described, names: Names): Json {
  const { noun, summary, form_of, query, body, files } = operation;
  const parameters = [...pathParameters(path), ...(query ? queryParameters(query) : [])];
  return {
    operationId: operationId(method, path),
    tags: [noun],
    summary,
    ...(form_of && { description: `For forms. Programs use ${form_of}.` }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body, names, files) }),
    responses: responses(operation),
  };
}

function operationId(method: string, path: string): string {
  const words = path
    .split("/")
    .filter(Boolean)
    .map((part) => part.replace(/^[:*]/, "").replace(/\W/g, "_") || "path");
  return [method.toLowerCase(), ...(words.length ? words : ["desk"])].join("_");
}

function pathParameters(path: string): Json[] {
  const found = [...openApiPath(path).matchAll(/\{(\w+)\}/g)];
  return found.map((m) => ({ name: m[1]!, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema,
  }));
}

function requestBody(body: z.ZodType, names: Names, files?: string): Json {
  const schema = { $ref: REF + names.get(body) };
  const content = {
    "application/json": { schema },
    "application/x-www-form-urlencoded": { schema },
    ...(files && { "multipart/form-data": { schema: { allOf: [schema, filesIn(files)] } } }),
  };
  return { required: !body.safeParse({}).success, content };
}

const filesIn = (field: string): Json => ({
  type: "object",
  properties: { [field]: { type: "array", items: { type: "string", contentMediaType: "application/octet-stream" } } },
});

function responses({ answers, also }: Described): Json {
  const others = Object.fromEntries(
    Object.entries(also ?? {}).map(([type, about]) => [type, { schema: { type: "string", description: about } }]),
  );
  const out: Json = {};
  for (const [status, answer] of Object.entries(answers)) {
    const json = answer ? { "application/json": { schema: answerSchema(answer) } } : {};
    out[status] = { description: WORDS[status]!, content: status === "200" ? { ...json, ...others } : json };
  }
  if (!out["200"] && also) out["200"] = { description: WORDS["200"]!, content: others };
  const error = { "application/json": { schema: answerSchema({ error: "Error" }) } };
  return { ...out, default: { description: "An error.", content: error } };
}

const WORDS: Record<string, string> = {
  "200": "As it is now.",
  "201": "Made; `Location` says where it is.",
  "202": "Started; it goes on after this answer.",
  "204": "Done; nothing to say.",
};

/** The object with these fields; resources are references. */
function answerSchema(answer: Answer): Json {
  const properties = Object.fromEntries(Object.entries(answer).map(([name, shape]) => [name, shapeSchema(shape)]));
  const required = Object.keys(answer).filter((name) => !answer[name]!.endsWith("?"));
  return { type: "object", properties, required };
}

function shapeSchema(shape: Shape): Json {
  const { name, list, nullable } = readShape(shape);
  const one = /^[a-z]/.test(name) ? schemaOf(RESOURCES[name]) : { $ref: REF + name };
  if (list) return { type: "array", items: one };
  return nullable ? { anyOf: [one, { type: "null" }] } : one;
}

/** What a shape of describe.ts says. */
export function readShape(shape: Shape): { name: ResourceName; list: boolean; nullable: boolean; optional: boolean } {
  const optional = shape.endsWith("?");
  const name = shape.replace(/\?$/, "");
  const list = name.endsWith("[]");
  const nullable = name.endsWith("|null");
  return { name: name.replace(/\[\]$|\|null$/, "") as ResourceName, list, nullable, optional };
}

function schemasOf(names: Names): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, uri: (id) => REF + id });
  // Recursive schemas without a name: zod refers to them in a document that would be called __shared.
  const { __shared, ...named } = JSON.parse(
    JSON.stringify(schemas).replaceAll(`${REF}__shared#/$defs/`, REF),
  ) as Record<string, Json>;
  const all = { ...named, ...(__shared?.$defs as Record<string, Json> | undefined) };
  return Object.fromEntries(Object.entries(all).map(([id, schema]) => [id, bare(schema)]));
}

const OPTIONS = {
  io: "input",
  unrepresentable: "any",
  override: ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Json }) => {
    // Forms say "1" or "on"; a program says true.
    if (zodSchema === flag) {
      delete jsonSchema.anyOf;
      jsonSchema.type = "boolean";
    }
    // What z.int() adds; it says nothing.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    // The format says it, and the pattern is three lines long.
    if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  },
} as const;

const schemaOf = (schema: z.ZodType): Json => bare(z.toJSONSchema(schema, OPTIONS as never) as Json);

function bare({ $schema: _, $id: __, ...schema }: Json): Json {
  return schema;
}
