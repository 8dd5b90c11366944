import { expect, test } from "bun:test";
import { tempRepo } from "../../support/repo.ts";
import { codeRig } from "./rig.ts";

const DEFINED = "x = 1\n";
const FILES: Record<string, string> = {
  "package.json": '{ "workspaces": ["packages/*"] }',
  "tsconfig.json":
    '{ // aliases\n "compilerOptions": { "paths": { "@/*": ["./src/*"], "#core": ["./src/core/main.ts"], } } }',
  "packages/kit/package.json": '{ "name": "@acme/kit", "main": "./dist/index.js" }',
  "packages/kit/src/index.ts": "export const kit = 1;",
  "packages/kit/src/extra.ts": "export const extra = 1;",
  "src/core/main.ts": "export const main = 1;",
  "src/core/index.ts": 'export * from "./main.ts";',
  "src/util.ts": "export const util = 1;",
  "src/util.test.ts": 'import { util } from "./util.js";',
  "src/app.ts": [
    'import { util } from "./util";',
    'import "@/core/main";',
    'import "#core";',
    'import { core } from "./core";',
    'import { kit } from "@acme/kit";',
    'import { extra } from "@acme/kit/extra";',
    'import { gone } from "./gone.ts";',
    'import "zod";',
  ].join("\n"),
  "src/core/up.ts": 'import { app } from "..";',
  "src/index.ts": "export const app = 1;",
  "py/app/__init__.py": "",
  "py/app/models.py": DEFINED,
  "py/app/jobs/run.py":
    "import os\nfrom ..models import Row\nfrom app import models\nfrom . import helpers\nimport requests\n",
  "py/app/jobs/helpers.py": DEFINED,
  "go.mod": "module example.org/app\n",
  "internal/queue/queue.go": "package queue\n",
  "internal/queue/size.go": "package queue\n",
  "cmd/main.go": 'package main\nimport (\n"fmt"\n"example.org/app/internal/queue"\n"github.com/acme/lib/sub"\n)\n',
  "crates/relay/Cargo.toml": '[package]\nname = "relay-core"\n',
  "crates/relay/src/lib.rs": "mod claim;\npub mod queue;\nuse crate::queue::Row;\n",
  "crates/relay/src/claim.rs": "use super::queue::{Row, Size};\nuse std::fmt;\n",
  "crates/relay/src/queue/mod.rs": "",
  "crates/cli/src/main.rs": "use relay_core::queue::Row;\nuse serde::Serialize;\n",
  "java/src/main/java/org/acme/Queue.java": "package org.acme;\nclass Queue {}\n",
  "java/src/main/java/org/acme/App.java":
    "package org.acme;\nimport org.acme.Queue;\nimport static org.acme.Queue.take;\nimport java.util.List;\nclass App {}\n",
  "c/include/queue/claim.h": "int claim(void);\n",
  "c/src/main.c": '#include "local.h"\n#include <stdio.h>\n#include "queue/claim.h"\n',
  "c/src/local.h": "int local(void);\n",
  "net/Queue.cs": "namespace Acme.Queue;\nclass Claim {}\n",
  "net/App.cs": "using System;\nusing Acme.Queue;\nclass App {}\n",
  "rb/lib/acme/queue.rb": "class Queue; end\n",
  "rb/lib/acme.rb": 'require_relative "acme/queue"\nrequire "acme/queue"\nrequire "json"\n',
  "php/src/Queue/Claim.php": "<?php\nnamespace App\\Queue;\nclass Claim {}\n",
  "php/src/App.php": "<?php\nuse App\\Queue\\Claim;\nuse Vendor\\Thing;\n",
  "sh/run.sh": 'source "$(dirname "$0")/lib/common.sh"\n',
  "sh/lib/common.sh": "x=1\n",
};

test("imports of each language lead to the files that they mean, and back", async () => {
  await using repo = await tempRepo({ files: FILES });
  await using rig = await codeRig(repo.root);
  const imports = async (path: string) => {
    const { text } = await rig.call("get_file_analysis", { path });
    const part = text.split("\nImports\n")[1]?.split("\n\n")[0] ?? "";
    return part
      .split("\n")
      .map((line) => line.trim().replace(/^\d+: /, ""))
      .filter(Boolean);
  };
  const importers = async (path: string) => {
    const { text } = await rig.call("get_dependencies", { path });
    return (text.split("\nImported by\n")[1]?.split("\n\n")[0] ?? "").split("\n").map((line) => line.trim());
  };
  expect(await imports("src/app.ts")).toEqual([
    "./util → src/util.ts",
    "@/core/main → src/core/main.ts",
    "#core → src/core/main.ts",
    "./core → src/core/index.ts",
    "@acme/kit → packages/kit/src/index.ts",
    "@acme/kit/extra → packages/kit/src/extra.ts",
    "./gone.ts → not found in the project",
    "zod (not in the project)",
  ]);
  expect(await imports("src/util.test.ts")).toEqual(["./util.js → src/util.ts"]);
  expect(await imports("src/core/up.ts")).toEqual([".. → src/index.ts"]);
  expect(await imports("py/app/jobs/run.py")).toEqual([
    "os (not in the project)",
    "..models → py/app/models.py",
    "app → py/app/models.py",
    ". → py/app/jobs/helpers.py",
    "requests (not in the project)",
  ]);
  expect(await imports("cmd/main.go")).toEqual([
    "fmt (not in the project)",
    "example.org/app/internal/queue → internal/queue/ (2 files)",
    "github.com/acme/lib/sub (not in the project)",
  ]);
  expect(await imports("crates/relay/src/lib.rs")).toEqual([
    "claim → crates/relay/src/claim.rs",
    "queue → crates/relay/src/queue/mod.rs",
    "crate::queue::Row → crates/relay/src/queue/mod.rs",
  ]);
  expect(await imports("crates/relay/src/claim.rs")).toEqual([
    "super::queue::Row → crates/relay/src/queue/mod.rs",
    "super::queue::Size → crates/relay/src/queue/mod.rs",
    "std::fmt (not in the project)",
  ]);
  expect(await imports("crates/cli/src/main.rs")).toEqual([
    "relay_core::queue::Row → crates/relay/src/queue/mod.rs",
    "serde::Serialize (not in the project)",
  ]);
  expect((await imports("java/src/main/java/org/acme/App.java")).slice(0, 2)).toEqual([
    "org.acme.Queue → java/src/main/java/org/acme/Queue.java",
    "org.acme.Queue.take → java/src/main/java/org/acme/Queue.java",
  ]);
  expect(await imports("c/src/main.c")).toEqual([
    "local.h → c/src/local.h",
    "stdio.h (not in the project)",
    "queue/claim.h → c/include/queue/claim.h",
  ]);
  expect(await imports("net/App.cs")).toEqual(["System (not in the project)", "Acme.Queue → Acme.Queue/ (1 files)"]);
  expect(await imports("rb/lib/acme.rb")).toEqual([
    "acme/queue → rb/lib/acme/queue.rb",
    "acme/queue → rb/lib/acme/queue.rb",
    "json (not in the project)",
  ]);
  expect(await imports("php/src/App.php")).toEqual([
    "App\\Queue\\Claim → php/src/Queue/Claim.php",
    "Vendor\\Thing (not in the project)",
  ]);
  expect(await imports("sh/run.sh")).toEqual(["lib/common.sh → sh/lib/common.sh"]);

  expect(await importers("src/util.ts")).toEqual(["src/app.ts", "src/util.test.ts"]);
  expect(await importers("src/core/main.ts")).toEqual(["src/app.ts", "src/core/index.ts"]);
  expect(await importers("src/index.ts")).toEqual(["src/core/up.ts"]);
  expect(await importers("packages/kit/src/index.ts")).toEqual(["src/app.ts"]);
  expect(await importers("py/app/models.py")).toEqual(["py/app/jobs/run.py"]);
  expect(await importers("internal/queue/size.go")).toEqual(["cmd/main.go"]);
  expect(await importers("net/Queue.cs")).toEqual(["net/App.cs"]);
  expect(await importers("c/include/queue/claim.h")).toEqual(["c/src/main.c"]);

  // What comes or goes changes what others import at once.
  await repo.write({ "src/gone.ts": "export const gone = 1;" });
  expect(await imports("src/app.ts")).toContain("./gone.ts → src/gone.ts");
  expect(await importers("src/gone.ts")).toEqual(["src/app.ts"]);
});
