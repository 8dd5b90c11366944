/** How many things wait for you, in the three places that tell it. Empty when nothing does; the element stays. */
import { count } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";

/** Most that fits the badge of the rail and the bottom bar. */
const BADGE_MAX = 99;

export function NavNeeds({ needs }: { needs: number }) {
  return (
    <span class="nav-needs" id={ids.navNeeds}>
      {needs > 0 ? (
        <>
          <small>needs you</small>
          <span class="count count-need" safe>
            {count(needs)}
          </span>
        </>
      ) : (
        ""
      )}
    </span>
  );
}

export const RailNeeds = ({ needs }: { needs: number }) => <Badge id={ids.railNeeds} needs={needs} />;
export const BarNeeds = ({ needs }: { needs: number }) => <Badge id={ids.barNeeds} needs={needs} />;

function Badge({ id, needs }: { id: string; needs: number }) {
  if (needs === 0) return <span id={id} hidden></span>;
  return (
    <span id={id} class="count count-need">
      <span safe>{needs > BADGE_MAX ? `${BADGE_MAX}+` : String(needs)}</span>
      <span class="vh"> need you</span>
    </span>
  );
}
