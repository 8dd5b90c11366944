/** The form that sends a message of yours once more with another text. */
import type { Attachment } from "../../src/domain/attachment.ts";
import { MESSAGE_LIMIT_CHARS, type Message } from "../../src/domain/message.ts";
import { AttachedList } from "../attachments/chips.tsx";
import { Back, PageHeader } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";
import { AttachButton } from "./composer.tsx";

interface ReviseProps {
  message: Message;
  text: string;
  attachments: readonly Attachment[];
}

export function ReviseForm({ message, text, attachments }: ReviseProps) {
  return (
    <form
      class="reviseform"
      {...action(urls.revision(message.id), message.chat_id)}
      enctype="multipart/form-data"
      data-attachable
    >
      <input type="hidden" name="attachments" value="" autocomplete="off" />
      <AttachedList attachments={attachments} />
      <textarea
        name="text"
        class="input"
        aria-label="Your message"
        rows={String(Math.min(12, text.split("\n").length + 1))}
        maxlength={String(MESSAGE_LIMIT_CHARS)}
        data-limit={String(MESSAGE_LIMIT_CHARS)}
        autofocus
        safe
      >
        {text}
      </textarea>
      <p class="btns">
        <AttachButton />
        <span class="dim">What followed is put aside, not lost.</span>
        <button type="submit" class="btn btn-sm">
          Send again
        </button>
      </p>
    </form>
  );
}

export function ReviseContent({ message, text, attachments }: ReviseProps) {
  return (
    <>
      <PageHeader title="Edit and send again">
        <span class="grow"></span>
        <Back href={urls.message(message.id)} to="the chat" />
      </PageHeader>
      <div class="page">
        <div class="sheet narrow">
          <ReviseForm message={message} text={text} attachments={attachments} />
        </div>
      </div>
    </>
  );
}
