/** The fields of one MCP server, for adding and for changing it. */
import { errorAt, type FormError, FormNote } from "../ui/fields.tsx";
import { LineInput, LinesInput } from "./inputs.tsx";

interface Props {
  values: Readonly<Record<string, string>>;
  error?: FormError | undefined;
  /** With a field for its name. */
  named?: boolean;
}
const FIELDS = ["name", "command", "url", "env", "headers", "tools", "reads", "timeout_s"];

export function McpFields({ values, error, named = false }: Props) {
  const field = (name: string) => ({ form: "mcp", name, value: values[name] ?? "", error: errorAt(error, name) });
  return (
    <>
      <FormNote error={error} fields={FIELDS} />
      {named ? (
        <LineInput {...field("name")} label="Name" hint="Its tools are called by it: name_tool." required />
      ) : (
        ""
      )}
      <LineInput
        {...field("command")}
        label="Command"
        hint="Started without a shell when one of its tools is called, and ended when nobody did for a while."
        placeholder="npx -y @modelcontextprotocol/server-filesystem /srv/docs"
        code
      />
      <LineInput
        {...field("url")}
        label="Or an address"
        hint="A server that speaks streamable HTTP."
        placeholder="https://mcp.example.com/mcp"
        code
      />
      <LinesInput
        {...field("env")}
        label="Environment"
        hint="For a command: lines of NAME=value. {env:NAME} is read from the server’s environment at each start and stored nowhere."
      />
      <LinesInput
        {...field("headers")}
        label="Headers"
        hint="For an address: lines of Name: value, such as Authorization: Bearer {env:TOKEN}."
      />
      <LinesInput
        {...field("tools")}
        label="Tools that are offered"
        hint="Names or globs, one a line; ! before one takes away. Empty: all."
      />
      <LinesInput
        {...field("reads")}
        label="Tools that only read"
        hint="Your word for tools whose server does not say so: they are offered in every chat and do not ask."
      />
      <LineInput {...field("timeout_s")} label="Seconds of one call" hint="Without a sign of progress; empty: 120." />
    </>
  );
}
