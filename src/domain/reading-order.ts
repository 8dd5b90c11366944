/**
 * In which order the files of a change are read: what the rest builds on first (migrations, schemas), then source by
 * directory with its tests behind it, then documentation, then what no human wrote.
 */

const MIGRATION = /(^|\/)(migrations?|schema)\/|(^|\/)schema\.\w+$|\.(sql|prisma|proto|graphql)$/i;
const TEST_DIRECTORY = /(^|\/)(tests?|specs?|__tests__|e2e|testdata|fixtures)\//i;
const TEST_NAME = /[._-](test|spec)s?\.\w+$|^test_|_test\.\w+$/i;
const DOCUMENT = /(^|\/)docs?\/|\.(md|mdx|rst|adoc|txt)$|(^|\/)(licen[cs]e|changelog|readme)(\.\w+)?$/i;

/** Places of groups in the order; `generated` is told by the caller, who knows the text. */
function rankOf({ path, generated }: Ordered): number {
  if (generated) return 5;
  if (DOCUMENT.test(path)) return 4;
  if (TEST_DIRECTORY.test(path)) return 3;
  return MIGRATION.test(path) ? 1 : 2;
}

export interface Ordered {
  path: string;
  generated: boolean;
}

/** A copy in reading order; stable, so that a file keeps its place however its verdicts change. */
export function inReadingOrder<F extends Ordered>(files: readonly F[]): F[] {
  return files
    .map((file) => ({ file, rank: rankOf(file), parts: keyOf(file.path) }))
    .sort((a, b) => a.rank - b.rank || compareParts(a.parts, b.parts))
    .map(({ file }) => file);
}

interface Key {
  directories: string[];
  /** The name a test is called after, so that it follows what it tests. */
  name: string;
  test: boolean;
}

function keyOf(path: string): Key {
  const directories = path.split("/");
  const name = directories.pop() ?? "";
  return { directories, name, test: TEST_NAME.test(name) };
}

/** Directories before the files beside them, as in a tree; tests of a directory behind its sources. */
function compareParts(a: Key, b: Key): number {
  for (let i = 0; ; i++) {
    const [left, right] = [a.directories[i], b.directories[i]];
    if (left === undefined && right === undefined) break;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.test !== b.test) return a.test ? 1 : -1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
