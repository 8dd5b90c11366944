/** What a human wrote beside a hunk, and where one more is written. */
import { COMMENT_LIMIT_CHARS, type Comment } from "../../src/domain/change.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";

interface CommentsProps {
  change_id: string;
  hunk_id: string;
  comments: readonly Comment[];
}

export function Comments({ change_id, hunk_id, comments }: CommentsProps) {
  return (
    <div class="cmts" id={ids.hunkComments(change_id, hunk_id)}>
      {comments.map((comment) => (
        <div class="cmt">
          <p safe>{comment.text}</p>
          {comment.message_id === null ? (
            <form {...posting(urls.commentRemoval(comment.id))}>
              <small>You; goes to the agent with the next message</small>
              <button type="submit" class="btn btn-quiet btn-sm" aria-label="Remove this comment">
                Remove
              </button>
            </form>
          ) : (
            <small>You; the agent has it</small>
          )}
        </div>
      ))}
    </div>
  );
}

/** Opened by Comment or `c`. What is being written stays whatever the stream brings. */
export function CommentForm({ change_id, hunk_id, name }: { change_id: string; hunk_id: string; name: string }) {
  return (
    <details class="newcmt" hx-morph-skip>
      <summary>Comment</summary>
      <form {...posting(urls.changeComments(change_id))} data-comment-form>
        <input type="hidden" name="hunk_id" value={hunk_id} />
        <textarea
          class="input"
          name="text"
          rows="2"
          required
          maxlength={String(COMMENT_LIMIT_CHARS)}
          aria-label={attr(`Comment on ${name}`)}
          placeholder="Goes to the agent with the next message"
        ></textarea>
        <span class="btns">
          <button type="submit" class="btn btn-sm">
            Keep comment
          </button>
        </span>
      </form>
    </details>
  );
}
