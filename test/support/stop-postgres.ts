export default async function stopPostgres(): Promise<void> {
  const shared = globalThis as { testServer?: Promise<{ stop(): Promise<void> }> };
  const server = await shared.testServer;
  delete shared.testServer; // Jest calls this once per project, too
  await server?.stop();
}
