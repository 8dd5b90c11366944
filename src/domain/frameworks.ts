/** Packages by which a framework is known, by ecosystem; a name that ends in `*` stands for all that begin so. */

export type Ecosystem = "npm" | "python" | "go" | "rust" | "java" | "ruby" | "php" | "dotnet";

const WEB = "web framework";
const UI = "user interface";
const TEST = "tests";
const DATA = "database";
const BUILD = "build";
const LINT = "lint and format";
const QUEUE = "queue and jobs";
const RPC = "rpc and api";
const AI = "models and agents";

type Row = [kind: string, names: string];

const TABLE: Record<Ecosystem, Row[]> = {
  npm: [
    [
      WEB,
      "express fastify koa hono elysia @nestjs/core next nuxt @sveltejs/kit astro @remix-run/react @react-router/node gatsby @adonisjs/core",
    ],
    [
      UI,
      "react preact vue svelte solid-js @angular/core lit alpinejs htmx.org jquery react-native expo electron @tauri-apps/api @builder.io/qwik tailwindcss",
    ],
    [
      DATA,
      "prisma @prisma/client drizzle-orm typeorm sequelize mongoose knex kysely postgres pg mysql2 better-sqlite3 redis ioredis",
    ],
    [
      TEST,
      "jest vitest mocha ava jasmine cypress playwright playwright-core @playwright/test @testing-library/react happy-dom jsdom fast-check",
    ],
    [BUILD, "vite webpack rollup esbuild parcel @swc/core turbo nx lerna tsup typescript @babel/core"],
    [LINT, "eslint prettier @biomejs/biome oxlint stylelint dependency-cruiser"],
    [
      RPC,
      "@trpc/server graphql @apollo/server @apollo/client @grpc/grpc-js zod socket.io ws @modelcontextprotocol/sdk",
    ],
    [QUEUE, "bull bullmq agenda amqplib kafkajs"],
    [AI, "openai @anthropic-ai/sdk langchain @langchain/core ai @agentclientprotocol/sdk"],
  ],
  python: [
    [WEB, "django flask fastapi starlette tornado aiohttp sanic bottle pyramid litestar falcon quart streamlit gradio"],
    [
      DATA,
      "sqlalchemy django-orm peewee tortoise-orm sqlmodel psycopg psycopg2 psycopg2-binary asyncpg pymongo redis alembic",
    ],
    [TEST, "pytest hypothesis tox nox unittest2 playwright"],
    [LINT, "ruff black flake8 mypy pyright isort pylint"],
    [QUEUE, "celery rq dramatiq huey airflow apache-airflow prefect"],
    [RPC, "pydantic grpcio graphene strawberry-graphql djangorestframework httpx requests"],
    ["data science", "numpy pandas polars scipy scikit-learn matplotlib jupyter"],
    [AI, "torch tensorflow jax transformers langchain openai anthropic"],
    [BUILD, "setuptools poetry-core hatchling pdm flit-core maturin"],
  ],
  go: [
    [
      WEB,
      "github.com/gin-gonic/gin github.com/labstack/echo* github.com/gofiber/fiber* github.com/go-chi/chi* github.com/gorilla/mux github.com/beego/beego*",
    ],
    [
      DATA,
      "gorm.io/gorm github.com/jmoiron/sqlx github.com/jackc/pgx* entgo.io/ent go.mongodb.org/mongo-driver* github.com/redis/go-redis*",
    ],
    [TEST, "github.com/stretchr/testify github.com/onsi/ginkgo*"],
    [RPC, "google.golang.org/grpc github.com/99designs/gqlgen connectrpc.com/connect"],
    ["command line", "github.com/spf13/cobra github.com/urfave/cli* github.com/charmbracelet/bubbletea*"],
    ["kubernetes", "k8s.io/client-go sigs.k8s.io/controller-runtime"],
  ],
  rust: [
    [WEB, "axum actix-web rocket warp poem tide leptos yew dioxus tauri hyper"],
    [DATA, "sqlx diesel sea-orm rusqlite mongodb redis"],
    ["async runtime", "tokio async-std smol"],
    [RPC, "serde tonic prost async-graphql reqwest"],
    ["command line", "clap ratatui"],
    [TEST, "proptest criterion insta"],
    ["game engine", "bevy"],
  ],
  java: [
    [
      WEB,
      "org.springframework.boot:* org.springframework:* io.quarkus:* io.micronaut:* io.vertx:* io.ktor:* jakarta.servlet:* com.sparkjava:*",
    ],
    [DATA, "org.hibernate* org.jooq:* org.mybatis* org.flywaydb:* org.postgresql:*"],
    [TEST, "org.junit* junit:junit org.mockito:* org.testng:* org.assertj:* org.testcontainers:*"],
    [RPC, "io.grpc:* com.graphql-java:* com.fasterxml.jackson*"],
    [UI, "androidx.* com.android* org.openjfx:*"],
    [QUEUE, "org.apache.kafka:* org.springframework.kafka:* org.apache.spark:*"],
  ],
  ruby: [
    [WEB, "rails sinatra hanami roda grape"],
    [DATA, "activerecord sequel pg mysql2 sqlite3 redis mongoid"],
    [TEST, "rspec rspec-rails minitest capybara factory_bot factory_bot_rails"],
    [QUEUE, "sidekiq resque delayed_job solid_queue good_job"],
    [LINT, "rubocop standard sorbet"],
    [UI, "turbo-rails stimulus-rails importmap-rails"],
  ],
  php: [
    [
      WEB,
      "laravel/framework symfony/framework-bundle symfony/symfony slim/slim cakephp/cakephp codeigniter4/framework yiisoft/yii2 livewire/livewire drupal/core*",
    ],
    [DATA, "doctrine/orm illuminate/database"],
    [TEST, "phpunit/phpunit pestphp/pest behat/behat"],
    [LINT, "phpstan/phpstan vimeo/psalm friendsofphp/php-cs-fixer squizlabs/php_codesniffer"],
  ],
  dotnet: [
    [WEB, "Microsoft.AspNetCore* Microsoft.NET.Sdk.Web Microsoft.NET.Sdk.BlazorWebAssembly"],
    [DATA, "Microsoft.EntityFrameworkCore* Dapper Npgsql*"],
    [TEST, "xunit* NUnit* MSTest* Moq FluentAssertions"],
    [RPC, "MediatR AutoMapper Grpc.* HotChocolate*"],
    [UI, "Avalonia* Microsoft.Maui*"],
    [QUEUE, "MassTransit* Hangfire*"],
  ],
};

const exact = new Map<string, string>();
const prefixes: [prefix: string, kind: string][] = [];
for (const [ecosystem, rows] of Object.entries(TABLE)) {
  for (const [kind, names] of rows) {
    for (const name of names.split(" ")) {
      if (name.endsWith("*")) prefixes.push([`${ecosystem} ${name.slice(0, -1)}`.toLowerCase(), kind]);
      else exact.set(`${ecosystem} ${name}`.toLowerCase(), kind);
    }
  }
}

/** What a package is for; null for one that is no framework that we know. */
export function frameworkKind(ecosystem: Ecosystem, name: string): string | null {
  const key = `${ecosystem} ${name}`.toLowerCase();
  return exact.get(key) ?? prefixes.find(([prefix]) => key.startsWith(prefix))?.[1] ?? null;
}

/** Files whose name alone says what is used: pattern of the path, name, kind. */
export const TELLING_FILES: readonly (readonly [pattern: RegExp, name: string, kind: string])[] = [
  [/(^|\/)Dockerfile(\.[\w-]+)?$/, "Docker", "deployment"],
  [/(^|\/)(docker-)?compose(\.[\w-]+)?\.ya?ml$/, "Docker Compose", "deployment"],
  [/(^|\/)Chart\.yaml$/, "Helm", "deployment"],
  [/\.tf$/, "Terraform", "deployment"],
  [/^\.github\/workflows\/[^/]+\.ya?ml$/, "GitHub Actions", "continuous integration"],
  [/^\.gitlab-ci\.yml$/, "GitLab CI", "continuous integration"],
  [/(^|\/)Jenkinsfile$/, "Jenkins", "continuous integration"],
  [/(^|\/)Makefile$/, "make", BUILD],
  [/(^|\/)CMakeLists\.txt$/, "CMake", BUILD],
  [/(^|\/)meson\.build$/, "Meson", BUILD],
  [/(^|\/)(BUILD|WORKSPACE|MODULE)(\.bazel)?$/, "Bazel", BUILD],
  [/(^|\/)build\.gradle(\.kts)?$/, "Gradle", BUILD],
  [/(^|\/)pom\.xml$/, "Maven", BUILD],
  [/(^|\/)bun\.lockb?$/, "Bun", "package manager"],
  [/(^|\/)pnpm-lock\.yaml$/, "pnpm", "package manager"],
  [/(^|\/)yarn\.lock$/, "Yarn", "package manager"],
  [/(^|\/)package-lock\.json$/, "npm", "package manager"],
  [/(^|\/)uv\.lock$/, "uv", "package manager"],
  [/(^|\/)poetry\.lock$/, "Poetry", "package manager"],
  [/(^|\/)Cargo\.toml$/, "Cargo", "package manager"],
  [/(^|\/)go\.mod$/, "Go modules", "package manager"],
  [/(^|\/)manage\.py$/, "Django", WEB],
  [/(^|\/)config\/routes\.rb$/, "Ruby on Rails", WEB],
  [/(^|\/)artisan$/, "Laravel", WEB],
];

/** Where a program or a library begins, by its path. */
export const ENTRY_FILES: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^(src\/)?(main|index|app|server|cli)\.[cm]?[jt]sx?$/, "by its name"],
  [/^(src\/)?(main|app|manage|wsgi|asgi|__main__|cli)\.py$/, "by its name"],
  [/(^|\/)__main__\.py$/, "python -m"],
  [/^(cmd\/[^/]+\/)?main\.go$/, "package main"],
  [/(^|\/)src\/(main|lib)\.rs$/, "crate root"],
  [/(^|\/)src\/bin\/[^/]+\.rs$/, "binary of a crate"],
  [/(^|\/)(Main|Application|\w+Application)\.java$/, "by its name"],
  [/(^|\/)Program\.cs$/, "by its name"],
  [/^(src\/)?main\.(c|cc|cpp)$/, "by its name"],
  [/^(public\/)?index\.php$/, "front controller"],
  [/(^|\/)config\.ru$/, "rack"],
  [/(^|\/)(app|pages)\/(layout|page|_app|index)\.[jt]sx?$/, "page of a framework"],
];

/** Lines that declare a route or a page, as ripgrep takes them. */
export const ROUTE_PATTERN = [
  "\\b(app|router|server|api|route[rs]?|r|e|g|mux|fastify|Route)(\\.|->|::)(get|post|put|patch|delete|all|any|ws|route|handle|HandleFunc|Handle|GET|POST|PUT|PATCH|DELETE|resource|apiResource)\\(\\s*[\"'`]/",
  "@(app|router|api|bp|blueprint|\\w+_bp|\\w+_router)\\.(get|post|put|patch|delete|route|websocket)\\(",
  "@(Get|Post|Put|Patch|Delete|Request)Mapping\\b|@(Get|Post|Put|Patch|Delete|Controller)\\([\"'`]",
  "\\[Http(Get|Post|Put|Patch|Delete)\\b|\\[Route\\(|\\.Map(Get|Post|Put|Patch|Delete)\\(",
  "^\\s*(re_)?path\\(\\s*r?[\"']",
  "^\\s*(resources?|get|post|put|patch|delete)\\s+[\"':][\\w/:]",
  '^\\s*#\\[(get|post|put|patch|delete)\\("|\\.route\\(\\s*"/',
].join("|");
