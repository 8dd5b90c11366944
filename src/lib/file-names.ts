/** What a file's name says about its content. Used to highlight files and to tell paths from other words. */

/** Extension, lower case, to grammar; an empty grammar means "a file, but nothing to highlight". */
const EXTENSIONS: Record<string, string> = {
  ...each("typescript", "ts tsx mts cts"),
  ...each("javascript", "js jsx mjs cjs"),
  ...each("json", "json jsonc json5 jsonl webmanifest map"),
  ...each("python", "py pyi pyw"),
  ...each("go", "go"),
  ...each("rust", "rs"),
  ...each("java", "java"),
  ...each("c", "c h"),
  ...each("cpp", "cc cpp cxx hh hpp hxx ino"),
  ...each("csharp", "cs csx"),
  ...each("ruby", "rb rake gemspec"),
  ...each("php", "php"),
  ...each("bash", "sh bash zsh fish"),
  ...each("powershell", "ps1 psm1"),
  ...each("sql", "sql"),
  ...each("xml", "html htm xhtml xml svg vue svelte plist xsd xsl csproj"),
  ...each("css", "css"),
  ...each("scss", "scss sass"),
  ...each("less", "less"),
  ...each("yaml", "yaml yml"),
  ...each("ini", "toml ini cfg conf editorconfig service"),
  ...each("markdown", "md mdx markdown"),
  ...each("diff", "diff patch"),
  ...each("makefile", "mk mak"),
  ...each("kotlin", "kt kts"),
  ...each("swift", "swift"),
  ...each("lua", "lua"),
  ...each("graphql", "graphql gql"),
  ...each("nginx", "nginx"),
  ...each("perl", "pl pm"),
  ...each("r", "r"),
  ...each("scala", "scala sbt"),
  ...each("dart", "dart"),
  ...each("elixir", "ex exs"),
  ...each("erlang", "erl hrl"),
  ...each("haskell", "hs"),
  ...each("clojure", "clj cljs edn"),
  ...each("protobuf", "proto"),
  ...each("cmake", "cmake"),
  ...each("objectivec", "mm"),
  ...each("groovy", "groovy gradle"),
  ...each("", "txt rst adoc tex csv tsv log lock sum mod env example template tf hcl nix zig v ml mli fs astro"),
  ...each("", "png jpg jpeg gif webp avif ico bmp pdf wasm snap ipynb prisma jinja j2 ejs hbs pug bat cmd"),
};

/** Whole file names. */
const NAMES: Record<string, string> = {
  ...each("dockerfile", "Dockerfile Containerfile"),
  ...each("makefile", "Makefile GNUmakefile makefile"),
  ...each("cmake", "CMakeLists.txt"),
  ...each("ruby", "Gemfile Rakefile Vagrantfile Podfile"),
  ...each("groovy", "Jenkinsfile"),
  ...each("nginx", "nginx.conf"),
  ...each("json", "package.json package-lock.json tsconfig.json biome.json composer.json deno.json"),
  ...each("ini", "Cargo.toml pyproject.toml bunfig.toml .gitconfig .npmrc .editorconfig setup.cfg"),
  ...each("yaml", "docker-compose.yml docker-compose.yaml compose.yml compose.yaml pnpm-workspace.yaml"),
  ...each("bash", ".bashrc .zshrc .profile"),
  ...each("markdown", "README.md CHANGELOG.md CONTRIBUTING.md AGENTS.md CLAUDE.md SECURITY.md LICENSE.md"),
  ...each("", "LICENSE README CHANGELOG Procfile go.mod go.sum bun.lock yarn.lock Cargo.lock requirements.txt"),
  ...each("", ".gitignore .gitattributes .dockerignore .env.example .env.sample .env.template CODEOWNERS"),
};

/** Grammar for a path by its name or extension; null when there is none. */
export function grammarOfPath(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return own(NAMES, name) || own(EXTENSIONS, extensionOf(name)) || null;
}

/** True for names that stand for a file even without a known extension: `Dockerfile`, `package.json`. */
export const isKnownName = (name: string): boolean => own(NAMES, name) !== undefined;

/** True for a name with an extension that source trees use: `claim.test.ts`, `logo.svg`. */
export const hasKnownExtension = (name: string): boolean => own(EXTENSIONS, extensionOf(name)) !== undefined;

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

// The keys come from files and models: "constructor" must not find Object's.
const own = (table: Record<string, string>, key: string) => (Object.hasOwn(table, key) ? table[key] : undefined);

function each(grammar: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(" ").map((word) => [word, grammar]));
}
