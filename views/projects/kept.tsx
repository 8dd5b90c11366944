/** Conversations that agents had in a project's directory without BooCode, each to be opened as a chat. */
import type { Kept, KeptList } from "../../src/domain/kept.ts";
import type { Project } from "../../src/domain/project.ts";
import type { Provider } from "../../src/domain/provider.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface KeptProps {
  project: Project;
  /** Those that can be asked. */
  providers: readonly Provider[];
  provider: string | null;
  kept: KeptList | null;
  problem: string | null;
  now: number;
}

export function KeptContent({ project, providers, provider, kept, problem, now }: KeptProps) {
  return (
    <>
      <PageHeader title={`Conversations of ${project.name}`}>
        <span class="grow"></span>
        <Back href={urls.project(project.id)} to="the project" />
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <section class="band" aria-labelledby="kept-h">
            <header>
              <Icon name="coder" />
              <h2 id="kept-h">Whose</h2>
              <span class="note d">what an agent did in this directory without BooCode; it is started to list it</span>
            </header>
            <Choice project={project} providers={providers} provider={provider} />
            {problem ? (
              <p class="note-bad" role="alert" safe>
                {problem}
              </p>
            ) : (
              ""
            )}
          </section>
          {kept ? <List project={project} kept={kept} now={now} /> : ""}
        </div>
      </div>
    </>
  );
}

function Choice({ project, providers, provider }: Pick<KeptProps, "project" | "providers" | "provider">) {
  if (providers.length === 0)
    return (
      <p>
        No agent that speaks the agent client protocol is installed. <a href={`${urls.settings}#providers`}>Agents</a>
      </p>
    );
  return (
    <p class="btns">
      {providers.map((one) => (
        <a
          class="btn btn-sm"
          href={urls.keptConversations(project.id, one.id)}
          aria-current={one.id === provider ? "true" : undefined}
          safe
        >
          {one.label}
        </a>
      ))}
    </p>
  );
}

function List({ project, kept, now }: { project: Project; kept: KeptList; now: number }) {
  const { label, can, conversations } = kept;
  return (
    <section class="band" aria-labelledby="kept-list-h">
      <header>
        <Icon name="chat" />
        <h2 id="kept-list-h" safe>
          {label}
        </h2>
        <span class="count" safe>
          {String(conversations.length)}
        </span>
      </header>
      {!can.list ? (
        <p safe>{`${label} does not list its conversations.`}</p>
      ) : !can.load ? (
        <p safe>{`${label} lists its conversations and does not tell them again, so none can be adopted.`}</p>
      ) : conversations.length === 0 ? (
        <p safe>{`${label} has none for this directory.`}</p>
      ) : (
        ""
      )}
      <ul class="prov-list">
        {conversations.map((one) => (
          <Line project={project} provider={kept.provider} one={one} can={can.load} now={now} />
        ))}
      </ul>
    </section>
  );
}

interface LineProps {
  project: Project;
  provider: string;
  one: Kept;
  can: boolean;
  now: number;
}

function Line({ project, provider, one, can, now }: LineProps) {
  const title: string = one.title ?? one.id;
  return (
    <li>
      <div>
        <b class="cut" safe>
          {title}
        </b>
        <span class="mid cut">
          <code safe>{one.id}</code>
        </span>
      </div>
      <span class="state">
        {one.updated_at ? (
          <small>
            <Age since={one.updated_at} now={now} short /> ago
          </small>
        ) : (
          ""
        )}
      </span>
      {one.chat_id ? (
        <a class="btn btn-sm btn-quiet" href={urls.chat(one.chat_id)}>
          Open its chat
        </a>
      ) : can ? (
        <form class="btns" method="post" action={urls.keptConversations(project.id)}>
          <input type="hidden" name="provider" value={attr(provider)} />
          <input type="hidden" name="conversation" value={attr(one.id)} />
          <button type="submit" class="btn btn-sm" aria-label={attr(`Adopt ${title}`)}>
            Adopt
          </button>
        </form>
      ) : (
        <span></span>
      )}
    </li>
  );
}
