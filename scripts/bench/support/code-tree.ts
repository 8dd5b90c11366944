/** A repository of many source files in several languages, which import each other and have names as code has. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { seeded, wordOf } from "./seed-search.ts";

const random = seeded(11);
const pick = (n: number) => Math.floor(random() * n);
const word = () => wordOf(pick(2_500));
const Word = () => word().replace(/^./, (c) => c.toUpperCase());
const FILES_A_DIRECTORY = 25;
const AT_ONCE = 64;

interface Kind {
  share: number;
  extension: string;
  head(names: readonly string[]): string;
  body(): string;
}

const lines = (n: number, line: () => string) => Array.from({ length: n }, line).join("\n");

const KINDS: Kind[] = [
  {
    share: 0.45,
    extension: "ts",
    head: (names) => names.map((name) => `import { ${word()} } from "${name}.ts";`).join("\n"),
    body: () => `/** ${word()} ${word()} ${word()}. */
export class ${Word()}${Word()} {
  private readonly ${word()} = new Map<string, number>();
  async ${word()}${Word()}(${word()}: string, limit = 50): Promise<number> {
${lines(9, () => `    const ${word()} = await this.${word()}(${word()}, "${word()} ${word()}", { ${word()}: ${pick(900)} });`)}
    return limit;
  }
}
export function ${word()}${Word()}(${word()}: number): string {
${lines(8, () => `  if (${word()} > ${pick(99)}) return \`\${${word()}} ${word()}\`;`)}
  return "";
}
interface ${Word()}Options { ${word()}: string; ${word()}?: number }`,
  },
  {
    share: 0.25,
    extension: "py",
    head: (names) => names.map((name) => `from ${name.replace("./", ".")} import ${word()}`).join("\n"),
    body: () => `class ${Word()}${Word()}(Base):
    """${word()} ${word()} ${word()}."""
    def ${word()}_${word()}(self, ${word()}, limit=50):
${lines(10, () => `        ${word()} = self.${word()}(${word()}, "${word()}", ${pick(900)})`)}
        return limit

def ${word()}_${word()}(${word()}):
${lines(6, () => `    ${word()} = [${word()} for ${word()} in ${word()} if ${word()} > ${pick(50)}]`)}
    return None`,
  },
  {
    share: 0.15,
    extension: "go",
    head: () => 'package pkg\n\nimport "fmt"',
    body: () => `type ${Word()}${Word()} struct {
	${Word()} string
}

func (r *${Word()}) ${Word()}${Word()}(${word()} string) (int, error) {
${lines(9, () => `	${word()} := fmt.Sprintf("%s ${word()}", ${word()})`)}
	return ${pick(99)}, nil
}`,
  },
  {
    share: 0.15,
    extension: "java",
    head: () => "package org.example.app;\n\nimport java.util.List;",
    body: () => `class ${Word()}${Word()} extends Base {
  private final List<String> ${word()} = List.of();
  public int ${word()}${Word()}(String ${word()}, int limit) {
${lines(9, () => `    String ${word()} = this.${word()}(${word()}, "${word()}", ${pick(900)});`)}
    return limit;
  }
}`,
  },
];

/** Writes `files` files below `root`; gives their number and bytes. */
export async function writeCodeTree(root: string, files: number): Promise<{ files: number; bytes: number }> {
  let bytes = 0;
  const pending: Promise<void>[] = [];
  for (let n = 0; n < files; n++) {
    const group = Math.floor(n / FILES_A_DIRECTORY);
    const kind = kindOf((n * 0.618) % 1);
    const names = Array.from({ length: 6 }, () => `./file${group * FILES_A_DIRECTORY + pick(FILES_A_DIRECTORY)}`);
    const text = `${kind.head(names)}\n\n${Array.from({ length: 2 + pick(5) }, kind.body).join("\n\n")}\n`;
    bytes += text.length;
    pending.push(write(join(root, `area${group % 20}`, `part${group}`, `file${n}.${kind.extension}`), text));
    if (pending.length >= AT_ONCE) await Promise.all(pending.splice(0));
  }
  await Promise.all(pending);
  return { files, bytes };
}

function kindOf(at: number): Kind {
  let sum = 0;
  for (const kind of KINDS) {
    sum += kind.share;
    if (at < sum) return kind;
  }
  return KINDS[0]!;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
