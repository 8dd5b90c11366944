/** A request that has ended, in one line: what was answered and when; and, when nobody did, why not. */
import {
  type OptionKind,
  type PermissionRequest,
  type QuestionRequest,
  type RunRequest,
  replyWords,
} from "../../src/domain/request.ts";
import { ids } from "../ids.ts";
import { Glyph } from "../ui/icons.tsx";
import { clock } from "../ui/time.tsx";

export function RequestDone({ request }: { request: RunRequest }) {
  const granted = request.state === "answered";
  return (
    <div class="ask ask-done" id={ids.request(request.id)}>
      <header>
        <Glyph status={granted ? "done" : request.state === "cancelled" ? "stopped" : "failed"} />
        <span class="what">
          <What request={request} />
        </span>
        {request.via && request.via !== "browser" && request.via !== "rule" ? (
          <span class="via" safe>{`by ${request.via}`}</span>
        ) : (
          ""
        )}
        {request.ended_at ? (
          <time datetime={request.ended_at.toISOString()} safe>
            {clock(request.ended_at).slice(0, 5)}
          </time>
        ) : (
          ""
        )}
      </header>
    </div>
  );
}

function What({ request }: { request: RunRequest }) {
  if (request.state === "cancelled" || request.state === "expired") return <Unanswered request={request} />;
  if (request.kind === "permission") return <Permitted request={request} />;
  if (request.kind === "question") return <Replies request={request} />;
  return (
    <>
      Read access to <code safe>{request.detail.path}</code>{" "}
      {request.state === "answered" ? "allowed for this session" : "denied"}
    </>
  );
}

function Unanswered({ request }: { request: RunRequest }) {
  return (
    <>
      <span safe>{whyUnanswered(request)}</span>: <Subject request={request} />
    </>
  );
}

function whyUnanswered(request: RunRequest): string {
  if (request.state === "cancelled") return "Not answered before the run was stopped";
  const { ended_at, expires_at } = request;
  if (expires_at === null || (ended_at && ended_at < expires_at)) return "Not answered before the server restarted";
  const at = clock(expires_at).slice(0, 5);
  return request.kind === "question" ? `No answer by ${at}` : `No answer by ${at}, counted as reject`;
}

const DECIDED: Record<OptionKind, string> = {
  allow_once: "Allowed once",
  allow_always: "Allowed always",
  reject_once: "Rejected",
  reject_always: "Rejected always",
};

function Permitted({ request }: { request: PermissionRequest }) {
  const { answer } = request;
  return (
    <>
      <span>{answer ? DECIDED[answer.kind] : "Answered"}</span>: <Subject request={request} />
      {answer?.comment ? (
        <>
          {" "}
          <q safe>{answer.comment}</q>
        </>
      ) : (
        ""
      )}
    </>
  );
}

function Subject({ request }: { request: RunRequest }) {
  return request.kind === "question" ? <span safe>{request.title}</span> : <code safe>{request.title}</code>;
}

function Replies({ request }: { request: QuestionRequest }) {
  const { questions } = request.detail;
  const replies = request.answer?.replies ?? [];
  if (replies.length === 0)
    return (
      <>
        Skipped: <span safe>{request.title}</span>
      </>
    );
  return (
    <>
      {replies.map((reply, i) => (
        <span class="reply">
          <span safe>{questions[i]?.question ?? ""}</span> <b safe>{replyWords(reply)}</b>
        </span>
      ))}
    </>
  );
}
