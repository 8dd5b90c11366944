/** What skills and personas share in the settings: where one comes from, and files that could not be used. */
import type { FileProblem, Origin } from "../../src/domain/origin.ts";
import { Glyph } from "../ui/icons.tsx";

const WORDS: Record<Origin, string> = { builtin: "built in", data: "yours", project: "project" };

export function OriginBadge({ origin }: { origin: Origin }) {
  return <span class="badge">{WORDS[origin] as "safe"}</span>;
}

/** Beside what still loads; nothing when all is well. */
export function Problems({ problems }: { problems: readonly FileProblem[] }) {
  if (problems.length === 0) return "";
  return (
    <ul class="kept-bad" role="alert">
      {problems.map(({ place, line, message }) => (
        <li>
          <Glyph status="failed" label="Not used, or not as it is meant" />{" "}
          <code safe>{line === null ? place : `${place}:${line}`}</code> <span safe>{message}</span>
        </li>
      ))}
    </ul>
  );
}
