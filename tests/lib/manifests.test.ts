import { expect, test } from "bun:test";
import { dependenciesOf } from "../../src/lib/manifests.ts";

test.each([
  ["package.json", '{"dependencies":{"a":"1"},"devDependencies":{"b":"^2"}}', "a 1, b ^2"],
  ["composer.json", '{"require":{"laravel/framework":"^11"}}', "laravel/framework ^11"],
  ["Cargo.toml", '[dependencies]\ntokio = { version = "1" }\nserde = "1.0"\n', "tokio 1, serde 1.0"],
  [
    "pyproject.toml",
    '[project]\ndependencies = ["Django>=5", "httpx[http2] ~= 0.27 ; python_version > \'3\'"]\n',
    "django >=5, httpx ~= 0.27",
  ],
  ["pyproject.toml", '[tool.poetry.dependencies]\nflask = "^3"\n', "flask ^3"],
  ["requirements-dev.txt", "# tests\npytest==8.1\n-r base.txt\nblack\n", "pytest ==8.1, black "],
  ["go.mod", "module x\nrequire (\n\tgithub.com/a/b v1.2.3\n)\n", "github.com/a/b v1.2.3"],
  ["Gemfile", "gem 'rails', '~> 7.1'\ngem \"pg\"\n", "rails ~> 7.1, pg "],
  [
    "pom.xml",
    "<dependency><groupId>org.a</groupId><artifactId>b</artifactId><version>1</version></dependency>",
    "org.a:b 1",
  ],
  [
    "build.gradle.kts",
    'plugins { id("org.springframework.boot") version "3.2" }\nimplementation("io.ktor:ktor-server:2.3")',
    "io.ktor:ktor-server 2.3, org.springframework.boot:plugin 3.2",
  ],
  [
    "App.csproj",
    '<Project Sdk="Microsoft.NET.Sdk.Web"><PackageReference Include="Dapper" Version="2.1" /></Project>',
    "Microsoft.NET.Sdk.Web , Dapper 2.1",
  ],
  ["package.json", "{ broken", ""],
  ["Cargo.toml", "= = =", ""],
  ["package.json", '{"dependencies":["a"]}', ""],
])("%s", (path, text, told) => {
  expect(
    dependenciesOf(path, text)!
      .map(({ name, version }) => `${name} ${version}`)
      .join(", "),
  ).toBe(told);
});

test("another file is none", () => expect(dependenciesOf("src/app.ts", "")).toBeNull());
