import { runGetCommand } from './get-command.ts';

await runGetCommand({
  name: 'ai-get-results',
  description: 'Show what came of a job of the AntiNex API',
  what: 'result',
  env: 'RESULT_ID',
  get: ({ client, signal }, id) => client.getResult(id, { signal }),
  describe: async (result) => (await import('./describe.ts')).describeResult(result),
});
