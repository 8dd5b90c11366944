import type { OutputStore } from "../../src/domain/tool.ts";

/** Kept results in memory, under the ids o1, o2, …. */
export function memoryOutputs(): OutputStore {
  const kept: string[] = [];
  return {
    save: async (text) => `o${kept.push(text)}`,
    read: async (id, from, count) => {
      const lines = kept[Number(id.slice(1)) - 1]?.split("\n");
      return lines ? { text: lines.slice(from - 1, from - 1 + count).join("\n"), total_lines: lines.length } : null;
    },
  };
}
