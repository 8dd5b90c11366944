/** What a session may read beside its project. Given in the transcript, taken away here. */
import type { Grant } from "../../src/domain/grant.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

export function SessionGrants({ grants }: { grants: readonly Grant[] }) {
  return (
    <section class="band" aria-labelledby="grants-h">
      <header>
        <Icon name="lock" />
        <h2 id="grants-h">May also read</h2>
      </header>
      {grants.length === 0 ? (
        <p>Nothing beside its project. When a model asks to read elsewhere and you allow it, it is listed here.</p>
      ) : (
        <ul class="rows">
          {grants.map(({ id, path, reason }) => (
            <li>
              <div>
                <code safe>{path}</code>
                <small safe>{reason}</small>
              </div>
              <form method="post" action={urls.grantRevocation(id)}>
                <button type="submit" class="btn btn-sm">
                  Take away
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
