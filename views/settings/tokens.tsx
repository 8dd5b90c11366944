import { type AccessToken, TOKEN_LABEL_CHARS } from "../../src/domain/identity.ts";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

interface SectionProps {
  tokens: AccessToken[];
  now: number;
  made?: { label: string; token: string } | null | undefined;
  refused?: { label: string; error: FormError } | undefined;
}

export function Tokens({ tokens, now, made, refused }: SectionProps) {
  return (
    <section class="band" id="tokens" aria-labelledby="tokens-h">
      <header>
        <Icon name="key" />
        <h2 id="tokens-h">Access tokens</h2>
        <span class="note d">for browsers and scripts in token mode</span>
      </header>
      {made ? <Made {...made} /> : ""}
      {tokens.length === 0 ? (
        <p>None. Token mode (BOOCODE_AUTH=token) needs one to sign in with.</p>
      ) : (
        <ul class="prov-list">
          {tokens.map((token) => (
            <Line token={token} now={now} />
          ))}
        </ul>
      )}
      <NewToken refused={refused} />
    </section>
  );
}

function Made({ label, token }: { label: string; token: string }) {
  return (
    <div class="note-ok" role="status">
      <p>
        <b safe>{label}</b> was made. Copy it now: it is stored only as a hash and never shown again.
      </p>
      <code class="cmd" safe>
        {token}
      </code>
    </div>
  );
}

function Line({ token, now }: { token: AccessToken; now: number }) {
  return (
    <li>
      <div>
        <b class="cut" safe>
          {token.label}
        </b>
        <span class="mid cut">
          made <Age since={token.created_at} now={now} short /> ago,{" "}
          {token.last_used_at ? (
            <>
              last used <Age since={token.last_used_at} now={now} short /> ago
            </>
          ) : (
            "never used"
          )}
        </span>
      </div>
      <span class="state">
        {token.revoked_at ? <StatusWord status="stopped" word="Revoked" /> : <StatusWord status="done" word="Valid" />}
      </span>
      {token.revoked_at ? <span></span> : <Revoke token={token} />}
    </li>
  );
}

function Revoke({ token }: { token: AccessToken }) {
  return (
    <span class="btns">
      <form method="post" action={`${urls.tokenRevocation(token.id)}#tokens`}>
        <button type="submit" class="btn btn-sm btn-quiet" aria-label={attr(`Revoke ${token.label}`)}>
          Revoke
        </button>
      </form>
    </span>
  );
}

function NewToken({ refused }: Pick<SectionProps, "refused">) {
  const label = { id: "token-label", hint: "What it is for: “laptop”, “ci”.", error: errorAt(refused?.error, "label") };
  return (
    <form class="form" method="post" action={`${urls.tokens}#tokens`}>
      <FormNote error={refused?.error} fields={["label"]} />
      <Field {...label} label="Name of a new token">
        <div class="inline">
          <input
            class="input"
            id={label.id}
            name="label"
            value={attr(refused?.label ?? "")}
            maxlength={TOKEN_LABEL_CHARS}
            required
            autocomplete="off"
            {...described(label)}
          />
          <button type="submit" class="btn">
            Make token
          </button>
        </div>
      </Field>
    </form>
  );
}
