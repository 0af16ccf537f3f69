import { runGetCommand } from './get-command.ts';

await runGetCommand({
  name: 'ai-get-prepared-dataset',
  description: 'Show a dataset that the AntiNex API prepared',
  what: 'dataset',
  env: 'PREPARE_ID',
  get: ({ client, signal }, id) => client.getPrepare(id, { signal }),
  describe: async (prepare) => (await import('./describe.ts')).describePrepare(prepare),
});
