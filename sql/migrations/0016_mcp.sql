-- MCP servers: what they offered when they were asked last, and images in results of tools.
create table mcp_servers (
  name text primary key,
  stamp text not null,
  state text not null check (state in ('unknown', 'ready', 'error')),
  error text,
  version text,
  tools jsonb not null default '[]',
  problems jsonb not null default '[]',
  complaints text not null default '',
  start_ms integer,
  checked_at timestamptz not null
);
comment on table mcp_servers is 'What the servers of mcp.json offered when they were asked last: a start tells models of their tools without starting them.';
comment on column mcp_servers.stamp is 'Of the entry in mcp.json that the row was made with; of another entry the row says nothing.';
comment on column mcp_servers.complaints is 'The end of what it wrote to standard error.';

create table part_images (
  part_id text not null references parts (id) on delete cascade,
  position integer not null,
  mime text not null,
  sha256 text not null references blobs (sha256),
  primary key (part_id, position)
);
create index part_images_of_blob on part_images (sha256);
comment on table part_images is 'Images in the result of a tool call, by their place in it, from 1.';
