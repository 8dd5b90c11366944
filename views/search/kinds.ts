/** How kinds of hits, roles and ages are called; a later kind adds its line. */
import type { Role } from "../../src/domain/message.ts";
import type { SearchAge, SearchKind } from "../../src/domain/search.ts";
import type { IconName } from "../ui/icons.tsx";

export const KINDS: Record<SearchKind, { words: string; icon: IconName }> = {
  title: { words: "Titles", icon: "desk" },
  message: { words: "Messages", icon: "chat" },
  tool: { words: "Tool calls", icon: "steer" },
  file: { words: "Files touched", icon: "file" },
  reasoning: { words: "Reasoning", icon: "info" },
};

export const ROLES: Record<Role, string> = { user: "you", assistant: "a model" };

export const AGES: Record<SearchAge, string> = {
  day: "24 hours",
  week: "7 days",
  month: "30 days",
  year: "a year",
  any: "any time",
};
