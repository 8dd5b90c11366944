/** How many of the matches each value of each filter would leave. */
import type { Role } from "../../domain/message.ts";
import {
  SEARCH_AGES,
  SEARCH_KINDS,
  type SearchAge,
  type SearchCount,
  type SearchFacets,
  type SearchFilters,
} from "../../domain/search.ts";
import type { Match } from "../../store/search.ts";

/** Values shown of one list; those that were chosen always are. */
const VALUES_MAX = 8;

const within = (at: Date, age: SearchAge) => {
  const days = SEARCH_AGES[age];
  return days === null || at.getTime() >= Date.now() - days * 86_400_000;
};
const has = <T>(chosen: readonly T[], value: T | null) =>
  chosen.length === 0 || (value !== null && chosen.includes(value));

export function passes(m: Match, f: SearchFilters): boolean {
  return (
    has(f.kinds, m.kind) &&
    has(f.projects, m.project_id) &&
    has(f.models, m.model) &&
    has(f.roles, m.role) &&
    within(m.at, f.age)
  );
}

/** `names` are those of the projects that occur. */
export function facetsOf(
  matches: readonly Match[],
  filters: SearchFilters,
  names: ReadonlyMap<string, string>,
): SearchFacets {
  const left = (without: Partial<SearchFilters>) => matches.filter((m) => passes(m, { ...filters, ...without }));
  const kinds = tally(left({ kinds: [] }), (m) => m.kind);
  const roles = tally(left({ roles: [] }), (m) => m.role);
  const ages = left({ age: "any" });
  return {
    kind: SEARCH_KINDS.map((value) => ({ value, label: value, count: kinds.get(value) ?? 0 })),
    project: listed(
      tally(left({ projects: [] }), (m) => m.project_id),
      filters.projects,
      (id) => names.get(id) ?? id,
    ),
    model: listed(
      tally(left({ models: [] }), (m) => m.model),
      filters.models,
      (model) => model,
    ),
    role: (["user", "assistant"] as Role[]).map((value) => ({ value, label: value, count: roles.get(value) ?? 0 })),
    age: (Object.keys(SEARCH_AGES) as SearchAge[]).map((value) => ({
      value,
      label: value,
      count: ages.filter((m) => within(m.at, value)).length,
    })),
  };
}

function tally(matches: readonly Match[], of: (m: Match) => string | null): Map<string, number> {
  const counts = new Map<string, number>();
  for (const match of matches) {
    const value = of(match);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

function listed(
  counts: ReadonlyMap<string, number>,
  chosen: readonly string[],
  name: (value: string) => string,
): SearchCount[] {
  const all = [...new Set([...chosen, ...counts.keys()])].map((value) => ({
    value,
    label: name(value),
    count: counts.get(value) ?? 0,
  }));
  const sorted = all.sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
  return sorted.filter((c, at) => at < VALUES_MAX || chosen.includes(c.value));
}
