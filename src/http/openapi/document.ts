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

const SPEAKS =
  "Bodies are JSON or forms with the same fields; unknown fields are ignored. Answers are JSON for `Accept: application/json`, " +
  "or for a path that ends in `.json`; browsers get pages. Errors have one form everywhere.";

/** `routes` without those that have nothing to say as JSON, pages of files for instance. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApi {
  const paths: OpenApi["paths"] = {};
  const described = routes.flatMap(({ operation, ...route }) => (operation ? [{ ...route, operation }] : []));
  for (const { method, path, operation } of described) {
    const at = openApiPath(path);
    paths[at] ??= {};
    paths[at][method.toLowerCase()] = operationObject(method, path, operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "BooCode",
      version,
      description: SPEAKS,
      license: { name: "AGPL-3.0-only", identifier: "AGPL-3.0-only" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(described.map((d) => d.operation.noun))].map((name) => ({ name })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Needed with BOOCODE_AUTH=token." } },
    },
    security: [{}, { token: [] }],
  };
}

/** `/projects/:id/files/*` → `/projects/{id}/files/{path}` */
export const openApiPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}").replace("*", "{path}");

function operationObject(method: string, path: string, operation: Described): Json {
  const { noun, summary, form_of, body } = operation;
  return {
    operationId: operationId(method, path),
    tags: [noun],
    summary,
    ...(form_of && { description: `For forms. Programs use ${form_of}.` }),
    ...withParameters([...pathParameters(path), ...queryParameters(operation.query)]),
    ...(body && { requestBody: requestBody(body) }),
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

const withParameters = (parameters: Json[]) => (parameters.length ? { parameters } : {});

function pathParameters(path: string): Json[] {
  return [...openApiPath(path).matchAll(/\{(\w+)\}/g)].map((m) => ({
    name: m[1]!,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (!query) return [];
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

function requestBody(body: z.ZodType): Json {
  const schema = schemaOf(body);
  const required = ((schema.required as string[] | undefined) ?? []).length > 0;
  const content = { "application/json": { schema }, "application/x-www-form-urlencoded": { schema } };
  return { required, content };
}

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
  out.default = {
    description: "An error.",
    content: { "application/json": { schema: answerSchema({ error: "Error" }) } },
  };
  return out;
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
  const one = /^[a-z]/.test(name) ? schemaOf(RESOURCES[name]) : { $ref: `#/components/schemas/${name}` };
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

function componentSchemas(): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(RESOURCES)) if (/^[A-Z]/.test(id)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema as Json)]));
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
