/**
 * A JSON schema of a stranger, made fit to be told to a model's endpoint. Endpoints compile schemas to grammars and refuse
 * the whole request for one that they cannot read, so what is no schema, points nowhere, or is too large is left out.
 */

export interface CleanSchema {
  schema: Record<string, unknown>;
  /** What was wrong with it, in a few words; null when nothing was. */
  problem: string | null;
}

const DEPTH_MAX = 12;
const NODES_MAX = 1_500;
const JSON_LIMIT_CHARS = 24_000;
const TEXT_LIMIT_CHARS = 600;
const ENUM_MAX = 200;
const TYPES = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);
const NUMBERS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
];
const LISTS = ["anyOf", "oneOf", "allOf"];
const LOCAL_REF = /^#\/(\$defs|definitions)\/([^/]+)$/;

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** Arguments of a tool: the schema of an object, whatever was given. */
export function cleanParameters(given: unknown): CleanSchema {
  if (!isNode(given)) return { schema: anyObject(), problem: "its arguments are not described" };
  if (given.type !== undefined && given.type !== "object" && !hasType(given.type, "object"))
    return { schema: anyObject(), problem: "its arguments are described as something that is no object" };
  const cleaner = new Cleaner(given);
  const schema = cleaner.root();
  if (cleaner.tooLarge || JSON.stringify(schema).length > JSON_LIMIT_CHARS)
    return { schema: anyObject(), problem: "the description of its arguments is too large or too deep" };
  return { schema, problem: cleaner.wrong };
}

const anyObject = (): Node => ({ type: "object", properties: {} });
const hasType = (type: unknown, wanted: string) => Array.isArray(type) && type.includes(wanted);

class Cleaner {
  wrong: string | null = null;
  tooLarge = false;
  private nodes = 0;
  private readonly names: ReadonlySet<string>;

  constructor(private readonly given: Node) {
    this.names = new Set(
      ["$defs", "definitions"].flatMap((key) => {
        const all = given[key];
        return isNode(all) ? Object.keys(all).map((name) => `${key}/${name}`) : [];
      }),
    );
  }

  root(): Node {
    const { $defs, definitions, ...rest } = this.given;
    const schema = this.node(rest, 0);
    const properties = isNode(schema.properties) ? schema.properties : {};
    const defs = Object.entries({ $defs, definitions }).flatMap(([key, all]) =>
      isNode(all) ? [[key, this.all(all, 1)] as const] : [],
    );
    return { ...schema, type: "object", properties, ...Object.fromEntries(defs) };
  }

  private all(given: Node, depth: number): Node {
    return Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) =>
        name === "__proto__" ? [] : [[name, this.child(value, depth)] as const],
      ),
    );
  }

  /** `true` and `{}` let anything through; so do `false`, which nothing could be, and what cannot be read. */
  private child(given: unknown, depth: number): unknown {
    if (typeof given === "boolean") return {};
    if (isNode(given)) return this.node(given, depth);
    this.wrong ??= "parts of the description of its arguments are no schema";
    return {};
  }

  private node(given: Node, depth: number): Node {
    if (depth > DEPTH_MAX || ++this.nodes > NODES_MAX) {
      this.tooLarge = true;
      return {};
    }
    if (typeof given.$ref === "string") return this.reference(given.$ref, given);
    const out: Node = {};
    const type = this.type(given.type);
    if (type !== undefined) out.type = type;
    const description = this.description(given);
    if (description) out.description = description;
    if (Array.isArray(given.enum) && given.enum.length > 0 && given.enum.every(isPlain))
      out.enum = [...new Set(given.enum)].slice(0, ENUM_MAX);
    if (isPlain(given.const)) out.const = given.const;
    if (isPlain(given.default)) out.default = given.default;
    for (const key of NUMBERS) if (Number.isFinite(given[key])) out[key] = given[key];
    this.objects(given, out, depth);
    return out;
  }

  private objects(given: Node, out: Node, depth: number): void {
    if (isNode(given.properties)) out.properties = this.all(given.properties, depth + 1);
    else if (given.properties !== undefined) this.wrong ??= "its list of arguments is no list";
    const properties = isNode(out.properties) ? out.properties : {};
    if (Array.isArray(given.required)) {
      const required = given.required.filter((name) => typeof name === "string" && Object.hasOwn(properties, name));
      if (required.length !== given.required.length) this.wrong ??= "it requires arguments that it does not describe";
      if (required.length > 0) out.required = [...new Set(required)];
    }
    if (given.items !== undefined && !Array.isArray(given.items)) out.items = this.child(given.items, depth + 1);
    if (given.additionalProperties === false) out.additionalProperties = false;
    else if (isNode(given.additionalProperties))
      out.additionalProperties = this.node(given.additionalProperties, depth + 1);
    for (const key of LISTS) {
      const all = given[key];
      if (Array.isArray(all) && all.length > 0) out[key] = all.map((one) => this.child(one, depth + 1));
    }
  }

  private reference(ref: string, { description }: Node): Node {
    const local = LOCAL_REF.exec(ref);
    if (local && this.names.has(`${local[1]}/${decodeRef(local[2]!)}`)) return { $ref: ref };
    this.wrong ??= "it refers to a schema that is not there";
    return typeof description === "string" ? { description: description.slice(0, TEXT_LIMIT_CHARS) } : {};
  }

  private type(given: unknown): unknown {
    if (given === undefined) return undefined;
    if (typeof given === "string" && TYPES.has(given)) return given;
    const known = Array.isArray(given) ? given.filter((one) => TYPES.has(one)) : [];
    if (known.length > 0) return known.length === 1 ? known[0] : known;
    this.wrong ??= "it has arguments of a type that there is not";
    return undefined;
  }

  /** A pattern is told in words: llama.cpp refuses the whole request for one that it cannot make a grammar of. */
  private description({ description, pattern, format }: Node): string {
    const said = typeof description === "string" ? description.slice(0, TEXT_LIMIT_CHARS) : "";
    const further = [
      typeof pattern === "string" ? `pattern: ${pattern.slice(0, 200)}` : "",
      typeof format === "string" ? `format: ${format.slice(0, 60)}` : "",
    ].filter(Boolean);
    return [said, further.length > 0 ? `(${further.join("; ")})` : ""].filter(Boolean).join(" ");
  }
}

const isPlain = (value: unknown): boolean =>
  value === null || typeof value === "boolean" || Number.isFinite(value) || isShortText(value);
const isShortText = (value: unknown) => typeof value === "string" && value.length <= TEXT_LIMIT_CHARS;

function decodeRef(name: string): string {
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}
