/** Settings made in the page. Those from the environment are in config.ts and cannot be changed here. */

import type { Db } from "../db/sql.ts";
import { DESK } from "../domain/event.ts";
import type { Theme } from "../domain/page.ts";
import { readSetting, writeSetting } from "../store/settings.ts";
import { type Core, transact } from "./core.ts";

export interface Settings {
  theme: Theme;
  /** Set once the first-run page was left on purpose. */
  onboarded: boolean;
}

export async function readSettings(db: Db): Promise<Settings> {
  const theme = await readSetting(db, "theme");
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    onboarded: (await readSetting(db, "onboarded")) === true,
  };
}

export async function changeSettings(core: Core, change: Partial<Settings>): Promise<Settings> {
  await transact(core, async (tx, emit) => {
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) continue;
      await writeSetting(tx, key, value);
      emit({ topic: DESK, kind: "setting.changed", payload: { key } });
    }
  });
  return readSettings(core.sql);
}
