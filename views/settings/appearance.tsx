import { DENSITIES, FONT_SIZES, type Look, THEMES } from "../../src/domain/page.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface Choice {
  value: string;
  label: string;
  icon?: IconName;
}
const THEME_WORDS: Record<Look["theme"], Choice> = {
  system: { value: "system", label: "System", icon: "auto" },
  light: { value: "light", label: "Light", icon: "sun" },
  dark: { value: "dark", label: "Dark", icon: "moon" },
};
const DENSITY_WORDS: Record<Look["density"], Choice> = {
  dense: { value: "dense", label: "Dense" },
  roomy: { value: "roomy", label: "Roomy" },
};
const SIZE_WORDS: Record<Look["font_size"], Choice> = {
  small: { value: "small", label: "Small" },
  normal: { value: "normal", label: "Normal" },
  large: { value: "large", label: "Large" },
};

export function Appearance({ look }: { look: Look }) {
  return (
    <section class="band" id="look" aria-labelledby="look-h">
      <header>
        <Icon name="sun" />
        <h2 id="look-h">Appearance</h2>
      </header>
      <div class="rows">
        <Row
          name="theme"
          label="Theme"
          hint="follows the system until you choose"
          choices={THEMES.map((t) => THEME_WORDS[t])}
          chosen={look.theme}
        />
        <Row
          name="density"
          label="Density"
          hint="height of rows and controls"
          choices={DENSITIES.map((d) => DENSITY_WORDS[d])}
          chosen={look.density}
        />
        <Row
          name="font_size"
          label="Text size"
          hint="beside what your browser is set to"
          choices={FONT_SIZES.map((s) => SIZE_WORDS[s])}
          chosen={look.font_size}
        />
      </div>
    </section>
  );
}

/** Each choice is a submit button, so that it acts without script. */
function Row({
  name,
  label,
  hint,
  choices,
  chosen,
}: {
  name: string;
  label: string;
  hint: string;
  choices: Choice[];
  chosen: string;
}) {
  return (
    <form method="post" action={`${urls.settings}#look`}>
      <input type="hidden" name="section" value="look" />
      <span id={`${name}-label`}>
        <span safe>{label}</span>
        <small safe>{hint}</small>
      </span>
      <span class="seg" role="group" aria-labelledby={`${name}-label`}>
        {choices.map((choice) => (
          <button
            type="submit"
            name={name}
            value={choice.value}
            aria-pressed={choice.value === chosen ? "true" : "false"}
          >
            {choice.icon ? <Icon name={choice.icon} /> : ""}
            <span safe>{choice.label}</span>
          </button>
        ))}
      </span>
    </form>
  );
}
