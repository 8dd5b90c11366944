/** The card of a request in the transcript: what is asked with the ways to answer, and afterwards one line that says how it ended. */
import type { PermissionRequest, QuestionRequest, ReadAccessRequest, RunRequest } from "../../src/domain/request.ts";
import { NATIVE_PROVIDER } from "../../src/domain/run.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph } from "../ui/icons.tsx";
import { Age, clock } from "../ui/time.tsx";
import { answering } from "./answering.ts";
import { RequestDone } from "./done.tsx";
import { PermissionButtons } from "./options.tsx";

/** What was typed into a form that was refused, and why. */
export interface RefusedAnswer {
  message: string;
  values: Record<string, string | string[]>;
}

interface CardProps<R extends RunRequest = RunRequest> {
  request: R;
  now: number;
  refused?: RefusedAnswer | undefined;
}

/** All cards of one place, in the order in which they were asked. */
export function RequestCards({ requests, now }: { requests: readonly RunRequest[]; now: number }) {
  return (
    <>
      {requests.map((request) => (
        <RequestCard request={request} now={now} />
      ))}
    </>
  );
}

/** Empty for what an earlier "always" answered: the tool's row is all there is to see. */
export function RequestCard({ request, now, refused }: CardProps) {
  if (request.via === "rule") return "";
  if (request.state !== "open") return <RequestDone request={request} />;
  return (
    <section
      class="ask"
      id={ids.request(request.id)}
      data-request={request.kind}
      aria-label={attr(`${headOf(request)}: ${request.title}`)}
      tabindex="-1"
    >
      <header>
        <Glyph status="needs" />
        <span safe>{headOf(request)}</span>
        <span class="since">
          waiting <Age since={request.created_at} now={now} />
        </span>
      </header>
      <div id={ids.requestError(request.id)} class="refusal">
        {refused ? (
          <p class="note-bad" role="alert" safe>
            {refused.message}
          </p>
        ) : (
          ""
        )}
      </div>
      <Body request={request} now={now} refused={refused} />
    </section>
  );
}

function Body({ request, now, refused }: CardProps) {
  if (request.kind === "permission") return <Permission request={request} now={now} refused={refused} />;
  if (request.kind === "question") return <Questions request={request} now={now} refused={refused} />;
  return <ReadAccess request={request} now={now} />;
}

const ACTS: Record<string, string> = {
  execute: "run a command",
  edit: "change a file",
  delete: "delete a file",
  move: "move a file",
  read: "read",
  search: "search",
  fetch: "fetch from the web",
};

function headOf(request: RunRequest): string {
  if (request.kind === "question") return request.detail.questions.length > 1 ? "Questions" : "Question";
  if (request.kind === "read_access") return "Read access";
  const who = request.provider === NATIVE_PROVIDER ? "BooCode" : request.provider;
  const act = ACTS[request.detail.tool_kind];
  return act ? `${who} asks to ${act}` : `${who} asks for permission`;
}

function Permission({ request, refused }: CardProps<PermissionRequest>) {
  const { text, facts } = request.detail;
  return (
    <>
      {text === null || text !== request.title ? <h4 safe>{request.title}</h4> : ""}
      {text === null ? (
        ""
      ) : (
        <pre tabindex="0">
          <code safe>{text}</code>
        </pre>
      )}
      {facts.length === 0 ? (
        ""
      ) : (
        <dl>
          {facts.map(({ label, value }) => (
            <>
              <dt safe>{label}</dt>
              <dd>
                <code safe>{value}</code>
              </dd>
            </>
          ))}
        </dl>
      )}
      <PermissionButtons request={request} comment={String(refused?.values.comment ?? "")} />
      <Foot
        request={request}
        note={request.provider === NATIVE_PROVIDER ? "" : `Options as sent by ${request.provider}.`}
      />
    </>
  );
}

function ReadAccess({ request }: CardProps<ReadAccessRequest>) {
  const { path, asked, reason } = request.detail;
  return (
    <>
      <dl>
        <dt>Path</dt>
        <dd>
          <code safe>{path}</code>
        </dd>
        {asked === path ? (
          ""
        ) : (
          <>
            <dt>Asked for</dt>
            <dd>
              <code safe>{asked}</code>
            </dd>
          </>
        )}
        <dt>Why</dt>
        <dd safe>{reason}</dd>
        <dt>Lasts</dt>
        <dd>this session, read only, secret files stay closed</dd>
      </dl>
      <form {...answering(request)}>
        <footer>
          <button type="submit" class="btn btn-need" name="allow" value="true" data-key="a">
            Allow reading <kbd>a</kbd>
          </button>
          <button type="submit" class="btn" name="allow" value="false" data-key="d">
            Deny <kbd>d</kbd>
          </button>
          <Until request={request} />
        </footer>
      </form>
    </>
  );
}

function Questions({ request, refused }: CardProps<QuestionRequest>) {
  const { questions } = request.detail;
  return (
    <form class="questions" autocomplete="off" {...answering(request)}>
      {questions.map((question, index) => (
        <fieldset>
          <legend safe>{question.question}</legend>
          <div class="opts">
            {question.options.map((option) => (
              <label>
                <input
                  type={question.select === "many" ? "checkbox" : "radio"}
                  name={`q${index}`}
                  value={attr(option)}
                  checked={[refused?.values[`q${index}`] ?? []].flat().includes(option)}
                />
                <span safe>{option}</span>
              </label>
            ))}
          </div>
          <label class="field own">
            <span>or in your words</span>
            <input
              class="input"
              name={`t${index}`}
              placeholder="Type an answer"
              value={attr(String(refused?.values[`t${index}`] ?? ""))}
            />
          </label>
        </fieldset>
      ))}
      <footer>
        <button type="submit" class="btn btn-need">
          {questions.length > 1 ? "Answer all" : "Answer"} <kbd>↵</kbd>
        </button>
        <button type="submit" class="btn btn-quiet" name="dismiss" value="1" data-key="d">
          Skip <kbd>d</kbd>
        </button>
        <small>The model is paused and costs nothing while it waits.</small>
        <Until request={request} />
      </footer>
    </form>
  );
}

function Foot({ request, note }: { request: RunRequest; note: string }) {
  if (note === "" && request.expires_at === null) return "";
  return (
    <footer>
      {note === "" ? "" : <small safe>{note}</small>}
      <Until request={request} />
    </footer>
  );
}

function Until({ request }: { request: RunRequest }) {
  if (request.expires_at === null) return "";
  const counts = request.kind === "question" ? "goes on without" : "counts as reject";
  return <small safe>{`No answer by ${clock(request.expires_at).slice(0, 5)} ${counts}.`}</small>;
}
