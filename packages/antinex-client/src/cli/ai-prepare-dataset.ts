import { runFileCommand } from './file-command.ts';

await runFileCommand({
  name: 'ai-prepare-dataset',
  description: 'Let the AntiNex API prepare a dataset of files on its disk',
  waitMs: 600_000,
  async run({ client, logger, signal }, request, wait) {
    const { id } = await client.createPrepare(request, { signal });
    logger.info(`dataset ${id} is being prepared`);
    const prepare = await client.waitForPrepare(id, wait);
    const { describePrepare } = await import('./describe.ts');
    return { record: prepare, text: describePrepare(prepare) };
  },
});
