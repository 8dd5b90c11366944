/** Pointing BooCode to an OpenAI-compatible endpoint; it is asked for its models before it is saved. */
import { attr } from "../ui/attr.ts";
import { errorAt, type FormError } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

export interface EndpointValues {
  url: string;
  label: string;
}
interface FormProps {
  /** Where the answer goes back to. */
  from: "onboarding" | "settings";
  values?: EndpointValues | undefined;
  error?: FormError | undefined;
  /** Whether the button is the page's primary one. */
  primary?: boolean;
}

export function EndpointForm({ from, values, error, primary = true }: FormProps) {
  return (
    <form class="endpoint-form" method="post" action={urls.endpoints}>
      <input type="hidden" name="from" value={from} />
      <label class="vh" for="endpoint-url">
        Endpoint URL
      </label>
      <div class="inline">
        <input
          class="input input-code"
          id="endpoint-url"
          name="url"
          type="url"
          required
          value={attr(values?.url ?? "")}
          placeholder="http://10.0.0.8:8401/v1"
          autocomplete="off"
          aria-invalid={error ? "true" : undefined}
          aria-describedby={error ? "endpoint-error" : undefined}
        />
        <button type="submit" class={primary ? "btn btn-go" : "btn"}>
          Test and save
        </button>
      </div>
      {error ? (
        <p class="bad" id="endpoint-error" role="alert" safe>
          {error.message}
        </p>
      ) : (
        ""
      )}
      <KeyAndName values={values} error={error} />
    </form>
  );
}

function KeyAndName({ values, error }: Pick<FormProps, "values" | "error">) {
  const open = Boolean(values?.label) || error?.field === "label" || error?.field === "api_key";
  return (
    <details open={open}>
      <summary>
        <Icon name="caret" />
        Key and name
      </summary>
      <div class="more">
        <label class="field">
          <span>API key</span>
          <input
            class="input input-code"
            type="password"
            name="api_key"
            autocomplete="off"
            aria-invalid={errorAt(error, "api_key") ? "true" : undefined}
          />
          <small>
            Only if it asks for one. <code>{"{env:NAME}"}</code> reads a variable at start and stores no key.
          </small>
        </label>
        <label class="field">
          <span>Name</span>
          <input class="input" name="label" value={attr(values?.label ?? "")} autocomplete="off" />
          <small>Optional; what answers there otherwise.</small>
        </label>
      </div>
    </details>
  );
}
