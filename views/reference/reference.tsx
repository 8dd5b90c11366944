/** The API as a page: every operation with what it takes and answers, and every resource. */
import { ids } from "../ids.ts";
import { PageHeader } from "../layout/header.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

export interface FieldView {
  name: string;
  required: boolean;
  /** In words; names of resources begin with a capital. */
  type: string;
  about: string;
}
export interface OperationView {
  id: string;
  method: string;
  path: string;
  summary: string;
  note: string | null;
  query: FieldView[];
  body: FieldView[];
  /** "201" and "{ session: Session, chat: Chat }". */
  answers: { status: string; type: string }[];
}
export interface ReferenceProps {
  version: string;
  groups: { noun: string; operations: OperationView[] }[];
  resources: { name: string; fields: FieldView[] }[];
}

/** Everything inside `main`. */
export function ReferenceContent({ version, groups, resources }: ReferenceProps) {
  return (
    <>
      <PageHeader title="API reference" />
      <div class="page">
        <div class="sheet split2">
          <nav class="subnav" aria-label="API reference">
            {groups.map(({ noun }) => (
              <a href={`#${ids.apiNoun(noun)}`} safe>
                {noun}
              </a>
            ))}
            <a href={`#${ids.apiNoun("resources")}`}>resources</a>
          </nav>
          <div>
            <div class="headline">
              <h2 safe>{`BooCode ${version}`}</h2>
              <p>
                Bodies are JSON or forms with the same fields. Answers are JSON for{" "}
                <code>Accept: application/json</code>, for a path that ends in <code>.json</code>, and for curl.{" "}
                <a href={urls.openapi}>openapi.json</a> is this page for programs.
              </p>
            </div>
            {groups.map((group) => (
              <Group {...group} resources={resources} />
            ))}
            <section class="band" id={ids.apiNoun("resources")} aria-labelledby={ids.apiHeading("resources")}>
              <header>
                <Icon name="file" />
                <h2 id={ids.apiHeading("resources")}>resources</h2>
              </header>
              {resources.map(({ name, fields }) => (
                <details class="diag" id={ids.apiResource(name)} open>
                  <Summary>
                    <code safe>{name}</code>
                  </Summary>
                  <Fields fields={fields} resources={resources} />
                </details>
              ))}
            </section>
          </div>
        </div>
      </div>
    </>
  );
}

type Resources = ReferenceProps["resources"];

function Group({ noun, operations, resources }: ReferenceProps["groups"][number] & { resources: Resources }) {
  return (
    <section class="band" id={ids.apiNoun(noun)} aria-labelledby={ids.apiHeading(noun)}>
      <header>
        <Icon name="link" />
        <h2 id={ids.apiHeading(noun)} safe>
          {noun}
        </h2>
      </header>
      {operations.map((operation) => (
        <Operation operation={operation} resources={resources} />
      ))}
    </section>
  );
}

function Operation({ operation, resources }: { operation: OperationView; resources: Resources }) {
  const { id, method, path, summary, note, query, body, answers } = operation;
  return (
    <details class="diag op" id={ids.apiOperation(id)}>
      <Summary>
        <code class="method" safe>
          {method}
        </code>
        <code safe>{path}</code>
        <span class="mid">
          <Prose text={summary} />
        </span>
      </Summary>
      {note === null ? "" : <p safe>{note}</p>}
      {query.length === 0 ? "" : <Fields title="Query" fields={query} resources={resources} />}
      {body.length === 0 ? "" : <Fields title="Body" fields={body} resources={resources} />}
      <ul class="answers">
        {answers.map(({ status, type }) => (
          <li>
            <code safe>{status}</code> <Type type={type} resources={resources} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Summary({ children }: { children: JSX.Element | JSX.Element[] }) {
  return (
    <summary>
      <Icon name="caret" />
      {children as "safe"}
    </summary>
  );
}

function Fields({ title, fields, resources }: { title?: string; fields: FieldView[]; resources: Resources }) {
  const told = fields.some(({ about }) => about !== "");
  return (
    <div class="tblwrap">
      <table class="tbl fieldtbl">
        <thead>
          <tr>
            <th scope="col" safe>
              {title ?? "Field"}
            </th>
            <th scope="col">Type</th>
            {told ? <th scope="col">About</th> : ""}
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, required, type, about }) => (
            <tr>
              <td>
                <code safe>{required ? name : `${name}?`}</code>
              </td>
              <td>
                <Type type={type} resources={resources} />
              </td>
              {told ? (
                <td>
                  <Prose text={about} />
                </td>
              ) : (
                ""
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A sentence with `code` in it. */
function Prose({ text }: { text: string }) {
  return (
    <span>
      {text.split("`").map((piece, i) => (i % 2 === 1 ? <code safe>{piece}</code> : <span safe>{piece}</span>))}
    </span>
  );
}

/** Names of resources lead to them. */
function Type({ type, resources }: { type: string; resources: Resources }) {
  const pieces = type.split(/\b([A-Z][A-Za-z]+)\b/);
  return (
    <span>
      {pieces.map((piece) =>
        resources.some((r) => r.name === piece) ? (
          <a href={`#${ids.apiResource(piece)}`} safe>
            {piece}
          </a>
        ) : (
          <span safe>{piece}</span>
        ),
      )}
    </span>
  );
}
