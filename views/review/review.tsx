/** The review of a session: as the content of a tab, and as a page that works without script. */
import type { ReviewPage } from "../../src/domain/review.ts";
import { FILES_STEP } from "../../src/domain/review.ts";
import { counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import type { Colours } from "../diff/rows.ts";
import { ids } from "../ids.ts";
import { Back, MenuButton } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { ReviewBar } from "./bar.tsx";
import { FileLater, type FileProps, FileView } from "./file.tsx";
import { ReviewFoot } from "./foot.tsx";
import { ReviewTree } from "./tree.tsx";

export interface ReviewProps {
  page: ReviewPage;
  /** Highlighted lines of a shown file. */
  colours: (changeId: string) => Colours;
}

/** Everything inside `main`. */
export function ReviewContent(props: ReviewProps) {
  const { session, project } = props.page;
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <h1 class="crumbs cut">
          <a href={urls.session(session.id)} safe>
            {session.title}
          </a>
          <span class="dim d" safe>{` in ${project.name}`}</span>
        </h1>
        <span class="grow"></span>
        <Back href={urls.session(session.id)} to="the session" />
      </header>
      <div class="reviewpage">
        <ReviewPane {...props} />
      </div>
    </>
  );
}

/** One file as a page of its own: where its hunks are read and decided without script. */
export function FileContent({ session_id, ...props }: FileProps & { session_id: string }) {
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <h1 class="path cut" safe>
          {shownPath(props.file.change.path)}
        </h1>
        <span class="grow"></span>
        <Back href={urls.review(session_id, { file: props.entry.id })} to="the review" />
      </header>
      <div class="reviewpage">
        <div class="hunks" tabindex="0" role="region" aria-label="Hunks">
          <FileView {...props} />
        </div>
      </div>
    </>
  );
}

/** The content of the tab. */
export function ReviewPane(props: ReviewProps) {
  const { session, index, look, applies, undo } = props.page;
  const session_id = session.id;
  return (
    <div class="reviewbox" id={ids.review(session_id)} data-review={session_id}>
      <ReviewBar session_id={session_id} totals={index.totals} look={look} />
      <div class="review">
        <ReviewTree session_id={session_id} index={index} />
        <div class="hunks" tabindex="0" role="region" aria-label="Hunks">
          {index.entries.length === 0 ? <Nothing /> : <Files {...props} />}
        </div>
      </div>
      <ReviewFoot session_id={session_id} totals={index.totals} applies={applies} undo={undo} />
    </div>
  );
}

/** Files from `from` on, and the way to those after them: also what that way brings. */
export function Files({ page, colours }: ReviewProps) {
  const { session, index, from, files, look } = page;
  const upto = from + FILES_STEP;
  const next = urls.review(session.id, { from: upto });
  const fragment = urls.review(session.id, { from: upto, part: "files" });
  return (
    <>
      {from > 0 ? (
        <p class="folded">
          <a href={urls.review(session.id, { from: Math.max(0, from - FILES_STEP) })} safe>
            {`${counted(from, "file")} before these`}
          </a>
        </p>
      ) : (
        ""
      )}
      {index.entries.slice(from, upto).map((entry) => {
        const file = files.get(entry.id);
        return file ? (
          <FileView entry={entry} file={file} look={look} colours={colours(entry.id)} />
        ) : (
          <FileLater entry={entry} />
        );
      })}
      {upto < index.entries.length ? (
        <p class="folded more" hx-get={fragment} hx-trigger="intersect once" hx-swap="outerHTML">
          <a href={next} safe>
            {counted(index.entries.length - upto, "more file")}
          </a>
        </p>
      ) : (
        ""
      )}
    </>
  );
}

function Nothing() {
  return (
    <div class="newtab">
      <h2>Nothing to review</h2>
      <p class="dim">
        What a coder chat proposes appears here, file by file. Nothing touches the disk before you apply it.
      </p>
    </div>
  );
}
