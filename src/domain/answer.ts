/** What a human said to a request, held against what was asked: becomes a state and an answer, or is refused by its field. */
import { invalid } from "../lib/errors.ts";
import {
  COMMENT_LIMIT_CHARS,
  isAllowing,
  type PermissionRequest,
  type Question,
  type QuestionReply,
  type QuestionRequest,
  REPLY_LIMIT_CHARS,
  type ReadAccessRequest,
  type RequestAnswer,
  type RunRequest,
} from "./request.ts";

/** As it comes in, from a form or as JSON; which fields count depends on the request's kind. */
export interface Given {
  option_id?: string | undefined;
  comment?: string | undefined;
  allow?: boolean | undefined;
  /** One a question: an option, several, free text, or both. */
  answers?: (string | string[] | { selected?: string[] | undefined; text?: string | undefined })[] | undefined;
  /** A question that the human will not answer. */
  dismiss?: boolean | undefined;
}

export interface Decision {
  state: "answered" | "denied";
  answer: RequestAnswer;
}

/** Throws `invalid` with the field that is missing or wrong. */
export function decide(request: RunRequest, given: Given): Decision {
  if (request.kind === "permission") return decidePermission(request, given);
  if (request.kind === "read_access") return decideAccess(request, given);
  return decideQuestions(request, given);
}

function decidePermission({ options }: PermissionRequest, { option_id, comment }: Given): Decision {
  const option = options.find(({ id }) => id === option_id);
  if (!option) throw invalid(`Choose one of ${options.map(({ id }) => id).join(", ")}.`, "option_id");
  const said = (comment ?? "").trim();
  if (said.length > COMMENT_LIMIT_CHARS)
    throw invalid(`A comment has at most ${COMMENT_LIMIT_CHARS.toLocaleString("en")} characters.`, "comment");
  return {
    state: isAllowing(option.kind) ? "answered" : "denied",
    answer: { option_id: option.id, kind: option.kind, comment: said || null },
  };
}

function decideAccess(_request: ReadAccessRequest, { allow }: Given): Decision {
  if (allow === undefined) throw invalid("Say whether to allow it: true or false.", "allow");
  return { state: allow ? "answered" : "denied", answer: { allow } };
}

function decideQuestions({ detail }: QuestionRequest, { answers, dismiss }: Given): Decision {
  if (dismiss) return { state: "denied", answer: { replies: [] } };
  const { questions } = detail;
  if (answers && answers.length > questions.length)
    throw invalid(`There are only ${questions.length} questions.`, "answers");
  return {
    state: "answered",
    answer: { replies: questions.map((question, i) => replyTo(question, answers?.[i], i, questions.length)) },
  };
}

function replyTo(
  question: Question,
  given: NonNullable<Given["answers"]>[number] | undefined,
  index: number,
  of: number,
): QuestionReply {
  const { selected, text } = asReply(question, given);
  const field = "answers";
  const which = of > 1 ? ` (question ${index + 1})` : "";
  const unknown = selected.find((option) => !question.options.includes(option));
  if (unknown !== undefined) throw invalid(`“${unknown.slice(0, 80)}” is none of the options${which}.`, field);
  if (selected.length > 1 && question.select === "one") throw invalid(`Choose one option${which}.`, field);
  if (text.length > REPLY_LIMIT_CHARS)
    throw invalid(`An answer has at most ${REPLY_LIMIT_CHARS.toLocaleString("en")} characters${which}.`, field);
  if (selected.length === 0 && text === "")
    throw invalid(`Choose an option, or answer in your own words${which}.`, field);
  return { selected, text };
}

/** A bare text is an option where one reads so, and else said in own words. */
function asReply(question: Question, given: NonNullable<Given["answers"]>[number] | undefined): QuestionReply {
  if (given === undefined) return { selected: [], text: "" };
  if (typeof given === "string") {
    const said = given.trim();
    return question.options.includes(said) ? { selected: [said], text: "" } : { selected: [], text: said };
  }
  const list = Array.isArray(given) ? given : (given.selected ?? []);
  const chosen = new Set(list);
  const inOrder = question.options.filter((option) => chosen.has(option));
  const unknown = list.filter((option) => !question.options.includes(option));
  return { selected: [...inOrder, ...unknown], text: Array.isArray(given) ? "" : (given.text ?? "").trim() };
}
