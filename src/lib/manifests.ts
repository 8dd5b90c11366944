/** Names and versions of what a manifest asks for. Texts are anybody's: what does not read gives nothing. */

export interface Dependency {
  name: string;
  /** As it is written; "" when nothing is. */
  version: string;
}

const NAME_MAX = 120;
const DEPENDENCIES_MAX = 1_000;

/** By the file's name; null for a name that is no manifest. */
export function dependenciesOf(path: string, text: string): Dependency[] | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const read = READERS.find(([pattern]) => pattern.test(name))?.[1];
  if (!read) return null;
  try {
    return read(text)
      .filter((one) => one.name !== "" && one.name.length <= NAME_MAX)
      .slice(0, DEPENDENCIES_MAX);
  } catch {
    return [];
  }
}

const READERS: [RegExp, (text: string) => Dependency[]][] = [
  [
    /^package\.json$/,
    (text) => keyed(JSON.parse(text), ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]),
  ],
  [/^composer\.json$/, (text) => keyed(JSON.parse(text), ["require", "require-dev"])],
  [/^Cargo\.toml$/, (text) => cargo(Bun.TOML.parse(text))],
  [/^pyproject\.toml$/, (text) => pyproject(Bun.TOML.parse(text))],
  [/^Pipfile$/, (text) => keyed(Bun.TOML.parse(text), ["packages", "dev-packages"])],
  [/^requirements[\w.-]*\.txt$/, (text) => text.split("\n").flatMap(requirement)],
  [
    /^setup\.(py|cfg)$/,
    (text) =>
      [...text.matchAll(/^\s*["']?([A-Za-z][\w.-]+)\s*((?:[<>=!~]=?)[^"',\n]*)?["']?,?\s*$/gm)].map(
        ([, name, version]) => ({ name: name!, version: version ?? "" }),
      ),
  ],
  [
    /^go\.mod$/,
    (text) =>
      [...text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w./-]+)\s+(v[\w.+-]+)/gm)].map(([, name, version]) => ({
        name: name!,
        version: version!,
      })),
  ],
  [
    /^Gemfile$/,
    (text) =>
      [...text.matchAll(/^\s*gem\s+["']([\w.-]+)["'](?:\s*,\s*["']([^"']+)["'])?/gm)].map(([, name, version]) => ({
        name: name!,
        version: version ?? "",
      })),
  ],
  [/^pom\.xml$/, maven],
  [/^build\.gradle(\.kts)?$/, gradle],
  [/\.(cs|fs|vb)proj$/, dotnet],
];

type Json = Record<string, unknown>;
const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function keyed(value: unknown, sections: readonly string[]): Dependency[] {
  if (!isRecord(value)) return [];
  return sections.flatMap((section) => {
    const of = value[section];
    return isRecord(of) ? Object.entries(of).map(([name, version]) => ({ name, version: versionOf(version) })) : [];
  });
}

const versionOf = (value: unknown): string =>
  typeof value === "string" ? value : isRecord(value) && typeof value.version === "string" ? value.version : "";

function cargo(value: unknown): Dependency[] {
  const sections = ["dependencies", "dev-dependencies", "build-dependencies"];
  const workspace = isRecord(value) ? value.workspace : null;
  return [...keyed(value, sections), ...keyed(workspace, sections)];
}

function pyproject(value: unknown): Dependency[] {
  if (!isRecord(value)) return [];
  const project = isRecord(value.project) ? value.project : {};
  const optional = isRecord(project["optional-dependencies"]) ? Object.values(project["optional-dependencies"]) : [];
  const groups = isRecord(value["dependency-groups"]) ? Object.values(value["dependency-groups"]) : [];
  const build = isRecord(value["build-system"]) ? value["build-system"].requires : [];
  const listed = [project.dependencies, build, ...optional, ...groups].flat().filter((one) => typeof one === "string");
  const poetry = isRecord(value.tool) && isRecord(value.tool.poetry) ? value.tool.poetry : {};
  const grouped = isRecord(poetry.group)
    ? Object.values(poetry.group).flatMap((one) => keyed(one, ["dependencies"]))
    : [];
  return [...listed.flatMap(requirement), ...keyed(poetry, ["dependencies", "dev-dependencies"]), ...grouped];
}

function requirement(line: string): Dependency[] {
  const found = /^\s*([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*((?:[<>=!~]=?|===)[^;#]*)?/.exec(line);
  return found ? [{ name: found[1]!.toLowerCase().replaceAll("_", "-"), version: (found[2] ?? "").trim() }] : [];
}

function maven(text: string): Dependency[] {
  return [...text.matchAll(/<(?:dependency|parent|plugin)>([\s\S]{0,2000}?)<\/(?:dependency|parent|plugin)>/g)].flatMap(
    ([, body]) => {
      const tag = (name: string) => new RegExp(`<${name}>\\s*([^<]+?)\\s*</${name}>`).exec(body!)?.[1] ?? "";
      return tag("groupId") ? [{ name: `${tag("groupId")}:${tag("artifactId")}`, version: tag("version") }] : [];
    },
  );
}

function gradle(text: string): Dependency[] {
  const libraries = [...text.matchAll(/["']([\w.-]+:[\w.-]+)(?::([\w.+-]+))?["']/g)];
  const plugins = [...text.matchAll(/\bid\s*\(?\s*["']([\w.-]+)["']\s*\)?(?:\s*version\s*\(?["']([^"']+)["'])?/g)];
  return [
    ...libraries.map(([, name, version]) => ({ name: name!, version: version ?? "" })),
    ...plugins.map(([, name, version]) => ({ name: `${name}:plugin`, version: version ?? "" })),
  ];
}

function dotnet(text: string): Dependency[] {
  const sdk = /<Project\s[^>]*Sdk="([^"]+)"/.exec(text)?.[1];
  const packages = [...text.matchAll(/<PackageReference\s[^>]*Include="([^"]+)"(?:[^>]*Version="([^"]+)")?/g)];
  return [
    ...(sdk ? [{ name: sdk, version: "" }] : []),
    ...packages.map(([, name, version]) => ({ name: name!, version: version ?? "" })),
  ];
}
