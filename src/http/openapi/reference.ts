/** The description as the reference page shows it: schemas in words. */
import type { FieldView, OperationView, ReferenceProps } from "../../../views/reference/reference.tsx";
import type { Json, OpenApi } from "./document.ts";

interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** Bodies and parts without a name of their own are shown where they are used. */
const isResource = (name: string) => /^[A-Z]/.test(name);

/** What people look for last comes last. */
const LAST = ["pages", "openapi"];
const inOrder = (nouns: string[]) => [...nouns].sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b));

/** What the page shows of a description. */
export function referenceOf(document: OpenApi): ReferenceProps {
  const schemas = document.components.schemas as Record<string, Schema>;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      noun: (operation.tags as string[])[0] ?? "",
      ...operationOf(method, path, operation, schemas),
    })),
  );
  return {
    version: String(document.info.version),
    groups: inOrder(document.tags.map((t) => t.name)).map((name) => ({
      noun: name,
      operations: operations.filter((o) => o.noun === name),
    })),
    resources: Object.entries(schemas)
      .filter(([name]) => isResource(name))
      .map(([name, schema]) => ({ name, fields: fieldsOf(schema, schemas) })),
  };
}

function operationOf(method: string, path: string, operation: Json, schemas: Record<string, Schema>): OperationView {
  const parameters = (operation.parameters ?? []) as {
    name: string;
    in: string;
    required: boolean;
    schema: Schema;
    description?: string;
  }[];
  const body = operation.requestBody as { content: Record<string, { schema: Schema }> } | undefined;
  const schema = body?.content["application/json"]?.schema;
  return {
    id: String(operation.operationId),
    method: method.toUpperCase(),
    path,
    summary: String(operation.summary),
    note: typeof operation.description === "string" ? operation.description : null,
    query: parameters
      .filter((p) => p.in === "query")
      .map((p) => ({ name: p.name, required: p.required, type: words(p.schema), about: p.description ?? "" })),
    body: schema ? fieldsOf(resolve(schema, schemas), schemas) : [],
    answers: answersOf(operation.responses as Record<string, { content?: Record<string, { schema: Schema }> }>),
  };
}

function answersOf(responses: Record<string, { content?: Record<string, { schema: Schema }> }>) {
  return Object.entries(responses)
    .filter(([status]) => status !== "default")
    .flatMap(([status, { content = {} }]) => {
      const types = Object.entries(content);
      if (types.length === 0) return [{ status, type: "no body" }];
      return types.map(([type, { schema }]) =>
        type === "application/json" && schema.properties
          ? { status, type: words(schema) }
          : { status, type: `${type}: ${schema.description ?? ""}` },
      );
    });
}

const resolve = (schema: Schema, schemas: Record<string, Schema>): Schema =>
  schema.$ref ? (schemas[nameOf(schema.$ref)] ?? {}) : schema;
const nameOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

/** The fields of an object; of alternatives those of all, once each. */
function fieldsOf(schema: Schema, schemas: Record<string, Schema>): FieldView[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) {
    const all = alternatives.map((s) => fieldsOf(resolve(s, schemas), schemas));
    const names = [...new Set(all.flat().map((f) => f.name))];
    return names.map((name) => {
      const those = all.flatMap((fields) => fields.filter((f) => f.name === name));
      const type = [...new Set(those.map((f) => f.type))].join(" or ");
      return { ...those[0]!, type, required: those.length === all.length && those.every((f) => f.required) };
    });
  }
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    type: words(field),
    about: field.description ?? "",
  }));
}

/** A schema as a reader says it: `list of Run`, `text, at most 300 characters`, `"light" or "dark"`. */
export function words(schema: Schema): string {
  if (schema.$ref) return isResource(nameOf(schema.$ref)) ? nameOf(schema.$ref) : "the same again";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return [...new Set(alternatives.map(words))].join(" or ");
  const types = [schema.type ?? "any"].flat();
  return types.map((type) => ofType(type, schema)).join(" or ");
}

function ofType(type: string, schema: Schema): string {
  if (type === "array") return `list of ${words(schema.items ?? {})}`;
  if (type === "object" && schema.properties) {
    const fields = Object.entries(schema.properties).map(([name, field]) =>
      schema.required?.includes(name) ? `${name}: ${words(field)}` : `${name}?: ${words(field)}`,
    );
    return fields.length ? `{ ${fields.join(", ")} }` : "{}";
  }
  if (type === "string" && schema.maxLength !== undefined) return `text, at most ${schema.maxLength} characters`;
  if ((type === "integer" || type === "number") && schema.minimum !== undefined) {
    const to = schema.maximum === undefined ? "" : ` to ${schema.maximum}`;
    return `${TYPES[type]} from ${schema.minimum}${to}`;
  }
  return TYPES[type] ?? type;
}

const TYPES: Record<string, string> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
};
