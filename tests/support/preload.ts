// Runs before every test file: tests never see the developer's own BooCode settings.
for (const name of Object.keys(process.env)) {
  if (name.startsWith("BOOCODE_") || name === "DATABASE_URL" || name === "LLAMA_SWAP_URL") delete process.env[name];
}
process.env.NODE_ENV = "test";
