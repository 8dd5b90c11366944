/** All keys, none hidden. The page binds what stands here: `data-match` and `data-act` are read by public/js/keys.js. */
import { KEY_GROUPS, KEYS } from "../../src/domain/keys.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";

export function KeySheet() {
  return (
    <dialog class="dlg keysheet" id="keysheet" aria-labelledby="keysheet-h">
      <header>
        <h2 id="keysheet-h">Keys</h2>
        <span class="grow"></span>
        <form method="dialog">
          <button class="btn btn-quiet btn-i" type="submit" aria-label="Close">
            <Icon name="x" />
          </button>
        </form>
      </header>
      <div class="keygrid">
        {KEY_GROUPS.map((group) => (
          <dl>
            <dt>{group}</dt>
            {KEYS.filter((key) => key.group === group).map((key) => (
              <dd
                data-match={key.act ? attr(key.match) : undefined}
                data-act={key.act ? attr(key.act) : undefined}
                data-where={key.where ? attr(key.where) : undefined}
                data-in-terminal={key.in_terminal}
              >
                <span safe>{key.label}</span>
                {key.caps.map((cap) => (
                  <kbd safe>{cap}</kbd>
                ))}
              </dd>
            ))}
          </dl>
        ))}
      </div>
    </dialog>
  );
}
