import type { Theme } from "../../src/domain/page.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

const CHOICES: { theme: Theme; label: string; icon: IconName }[] = [
  { theme: "system", label: "System", icon: "auto" },
  { theme: "light", label: "Light", icon: "sun" },
  { theme: "dark", label: "Dark", icon: "moon" },
];

/** Each choice is a submit button, so that it acts without script. */
export function Appearance({ theme }: { theme: Theme }) {
  return (
    <section class="band" id="look" aria-labelledby="look-h">
      <header>
        <Icon name="sun" />
        <h2 id="look-h">Appearance</h2>
      </header>
      <div class="rows">
        <form method="post" action={urls.settings}>
          <span id="theme-label">
            Theme
            <small>follows the system until you choose</small>
          </span>
          <span class="seg" role="group" aria-labelledby="theme-label">
            {CHOICES.map((choice) => (
              <button
                type="submit"
                name="theme"
                value={choice.theme}
                aria-pressed={choice.theme === theme ? "true" : "false"}
              >
                <Icon name={choice.icon} />
                <span safe>{choice.label}</span>
              </button>
            ))}
          </span>
        </form>
      </div>
    </section>
  );
}
