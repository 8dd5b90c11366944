import type { RunRequest } from "../../src/domain/request.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { type RefusedAnswer, RequestCard } from "./card.tsx";

interface RequestProps {
  request: RunRequest;
  now: number;
  refused?: RefusedAnswer | undefined;
}

/** A request by itself, inside `main`; where a refused answer comes back without script, with what was typed. */
export function RequestContent({ request, now, refused }: RequestProps) {
  return (
    <>
      <PageHeader title={TITLE[request.kind]}>
        <span class="grow"></span>
        <Back href={urls.requestInChat(request.chat_id, request.id)} to="the chat" />
      </PageHeader>
      <div class="page">
        <div class="sheet narrow">
          <RequestCard request={request} now={now} refused={refused} />
        </div>
      </div>
    </>
  );
}

const TITLE: Record<RunRequest["kind"], string> = {
  permission: "Permission",
  question: "Question",
  read_access: "Read access",
};
