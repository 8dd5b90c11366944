/** A process of its own that applies what is accepted in a session, with the same code as the server. */
import { connect } from "../../src/db/sql.ts";
import { applyAccepted } from "../../src/engine/changes/apply.ts";
import { rewindApply } from "../../src/engine/changes/rewind.ts";
import { StatusCache } from "../../src/engine/git-status.ts";
import { Journal } from "../../src/engine/journal.ts";
import { Lanes } from "../../src/lib/lanes.ts";
import { createLog } from "../../src/lib/log.ts";

const { target, session, rewind } = JSON.parse(process.argv[2]!);
const sql = connect(target, { max: 2 });
const log = createLog("error");
const journal = new Journal(sql, log);
await journal.start();
const core = { sql, journal, log, lanes: new Lanes(), statuses: new StatusCache(), stopping: false };
if (rewind) await rewindApply(core, rewind, { via: "api" });
else await applyAccepted(core, { session_id: session, via: "api" });
process.exit(0);
