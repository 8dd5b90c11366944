/** The fields of one MCP server, for adding and for changing it. */
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";

interface Props {
  values: Readonly<Record<string, string>>;
  error?: FormError | undefined;
  /** With a field for its name. */
  named?: boolean;
}
const FIELDS = ["name", "command", "url", "env", "headers", "tools", "reads", "timeout_s"];

export function McpFields({ values, error, named = false }: Props) {
  const field = (name: string) => ({ name, value: values[name] ?? "", error: errorAt(error, name) });
  return (
    <>
      <FormNote error={error} fields={FIELDS} />
      {named ? <Text {...field("name")} label="Name" hint="Its tools are called by it: name_tool." required /> : ""}
      <Text
        {...field("command")}
        label="Command"
        hint="Started without a shell when one of its tools is called, and ended when nobody did for a while."
        placeholder="npx -y @modelcontextprotocol/server-filesystem /srv/docs"
        code
      />
      <Text
        {...field("url")}
        label="Or an address"
        hint="A server that speaks streamable HTTP."
        placeholder="https://mcp.example.com/mcp"
        code
      />
      <Lines
        {...field("env")}
        label="Environment"
        hint="For a command: lines of NAME=value. {env:NAME} is read from the server’s environment at each start and stored nowhere."
      />
      <Lines
        {...field("headers")}
        label="Headers"
        hint="For an address: lines of Name: value, such as Authorization: Bearer {env:TOKEN}."
      />
      <Lines
        {...field("tools")}
        label="Tools that are offered"
        hint="Names or globs, one a line; ! before one takes away. Empty: all."
      />
      <Lines
        {...field("reads")}
        label="Tools that only read"
        hint="Your word for tools whose server does not say so: they are offered in every chat and do not ask."
      />
      <Text {...field("timeout_s")} label="Seconds of one call" hint="Without a sign of progress; empty: 120." />
    </>
  );
}

interface InputProps {
  name: string;
  label: string;
  hint: string;
  value: string;
  error: string | undefined;
}

function Text(props: InputProps & { placeholder?: string; code?: boolean; required?: boolean }) {
  const { name, label, hint, value, error, placeholder, code = false, required = false } = props;
  const id = `mcp-${name}`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        class={code ? "input input-code" : "input"}
        id={id}
        name={name}
        value={attr(value)}
        placeholder={placeholder}
        required={required}
        autocomplete="off"
        spellcheck="false"
        {...described({ id, hint, error })}
      />
    </Field>
  );
}

/** HTML drops a line break right after `<textarea>`: the one before the value is there to be dropped. */
function Lines({ name, label, hint, value, error }: InputProps) {
  const id = `mcp-${name}`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <textarea
        class="input input-code area"
        id={id}
        name={name}
        rows="2"
        spellcheck="false"
        {...described({ id, hint, error })}
        safe
      >
        {`\n${value}`}
      </textarea>
    </Field>
  );
}
