/** What the scripted program remembers of a conversation, in a directory or not at all. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Said {
  role: "user" | "agent";
  text: string;
}

export class Memory {
  readonly id: string;
  readonly found: boolean;
  private readonly said: Said[] = [];

  constructor(
    private readonly home: string | null,
    resume: string | null,
  ) {
    this.id = resume ?? `cli-${crypto.randomUUID()}`;
    const file = this.file();
    this.found = resume === null || (file !== null && existsSync(file));
    if (resume !== null && this.found) this.said = JSON.parse(readFileSync(file!, "utf8")) as Said[];
  }

  /** What was said before. */
  add(role: Said["role"], text: string): Said[] {
    const before = [...this.said];
    this.said.push({ role, text });
    const file = this.file();
    if (file) {
      mkdirSync(this.home!, { recursive: true });
      writeFileSync(file, JSON.stringify(this.said));
    }
    return before;
  }

  private file(): string | null {
    return this.home === null ? null : join(this.home, `${this.id}.json`);
  }
}
