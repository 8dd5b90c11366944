/** Filters with what each would leave. Nothing chosen in a group means all of it. */
import type { SearchCount, SearchFacets, SearchFilters } from "../../src/domain/search.ts";
import { count } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { AGES, KINDS, ROLES } from "./kinds.ts";

export function Facets({ facets, filters }: { facets: SearchFacets; filters: SearchFilters }) {
  const kinds = facets.kind.map((c) => ({ ...c, label: KINDS[c.value as keyof typeof KINDS].words }));
  const roles = facets.role.map((c) => ({ ...c, label: ROLES[c.value as keyof typeof ROLES] }));
  const ages = facets.age.map((c) => ({ ...c, label: AGES[c.value as keyof typeof AGES] }));
  return (
    <div class="facets" role="group" aria-label="Filters">
      <Group legend="Kind" name="kind" values={kinds} chosen={filters.kinds} />
      <Group legend="Project" name="project" values={facets.project} chosen={filters.projects} />
      <Group legend="Written by" name="role" values={roles} chosen={filters.roles} />
      <Group legend="Model" name="model" values={facets.model} chosen={filters.models} />
      <Group legend="Within" name="age" values={ages} chosen={[filters.age]} one />
    </div>
  );
}

interface GroupProps {
  legend: string;
  name: string;
  values: readonly SearchCount[];
  chosen: readonly string[];
  /** One of them at a time. */
  one?: boolean;
}

function Group({ legend, name, values, chosen, one = false }: GroupProps) {
  if (values.length === 0) return "";
  return (
    <fieldset>
      <legend safe>{legend}</legend>
      {values.map((value, at) => (
        <label>
          <input
            id={`facet-${name}-${at}`}
            type={one ? "radio" : "checkbox"}
            name={name}
            value={attr(value.value)}
            checked={chosen.includes(value.value)}
          />
          <span class="cut" title={attr(value.label)} safe>
            {value.label}
          </span>
          <span class="num" safe>
            {count(value.count)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
