// The layers of docs/architecture.md. A folder may import what its row allows and nothing else of ours;
// `bun run deps` fails the build on any other arrow.
const allowed = {
  "src/lib": [],
  "src/domain": ["src/lib"],
  "src/db": ["src/lib"],
  "src/store": ["src/db", "src/domain", "src/lib"],
  "src/drivers": ["src/domain", "src/lib"],
  "src/engine": ["src/store", "src/drivers", "src/db", "src/domain", "src/lib"],
  views: ["src/domain", "src/lib"],
  "src/http": ["src/engine", "src/store", "views", "src/domain", "src/lib"],
  "src/cli": ["src/domain", "src/lib"],
  "src/mcp-server": ["src/domain", "src/lib"],
};
const config = "src/config\\.ts";
const rules = Object.entries(allowed).map(([from, to]) => ({
  name: `layer-${from.replace("src/", "")}`,
  comment: `${from} may import only: ${[from, ...to].join(", ")} (and the Config type)`,
  severity: "error",
  from: { path: `^${from}/` },
  to: { path: "^(src|views|scripts|tests)/", pathNot: `^(${[from, ...to].join("|")})/|^${config}$` },
}));
module.exports = {
  forbidden: [
    ...rules,
    { name: "no-cycles", severity: "error", from: { path: "^(src|views)/" }, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "nobody-imports-the-root", severity: "error", from: { pathNot: "^src/(main|app)\\.ts$" }, to: { path: "^src/(main|app)\\.tsx?$" } },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^bun(:|$)" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js"], exportsFields: ["exports"], conditionNames: ["bun", "import", "types", "default"] },
  },
};
