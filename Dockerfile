# BooCode with everything it needs; data in /data. How to run it: docs/operations.md.
FROM node:22-bookworm-slim AS build
RUN npm install -g --no-fund --no-audit bun@1.4.5 \
 && install -m 0755 "$(npm root -g)/bun/bin/bun.exe" /usr/local/bin/bun-program \
 && bun-program --version
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
RUN bun-program install --frozen-lockfile --production

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl git less openssh-client ripgrep tini tmux \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local/bin/bun-program /usr/local/bin/bun

# Postgres refuses to be root, and so does good sense. Take your own ids if you mount your repositories:
# docker build --build-arg UID=$(id -u) --build-arg GID=$(id -g) -t boocode .
ARG UID=1000
ARG GID=1000
RUN groupadd --non-unique --gid "$GID" boocode \
 && useradd --non-unique --uid "$UID" --gid "$GID" --create-home --shell /bin/bash boocode \
 && install -d -m 0700 -o "$UID" -g "$GID" /data \
 && install -d -m 0755 -o "$UID" -g "$GID" /projects

WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY package.json bun.lock bunfig.toml tsconfig.json LICENSE ./
COPY src src
COPY views views
COPY public public
COPY sql sql

USER boocode
# A container is reached over its network and not over loopback, therefore it asks everybody for a token.
ENV NODE_ENV=production \
    BOOCODE_HOME=/data \
    BOOCODE_PROJECT_ROOTS=/projects \
    BOOCODE_HOST=0.0.0.0 \
    BOOCODE_PORT=9500 \
    BOOCODE_AUTH=token
VOLUME /data
EXPOSE 9500
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD curl --fail --silent --output /dev/null "http://localhost:${BOOCODE_PORT}/health"
# An init: it hands on SIGTERM and reaps what terminals and agents leave behind.
ENTRYPOINT ["tini", "--"]
CMD ["bun", "src/main.ts"]
