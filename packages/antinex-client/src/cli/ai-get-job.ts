import { runGetCommand } from './get-command.ts';

await runGetCommand({
  name: 'ai-get-job',
  description: 'Show a job of the AntiNex API',
  what: 'job',
  env: 'JOB_ID',
  get: ({ client, signal }, id) => client.getJob(id, { signal }),
  describe: async (job) => (await import('./describe.ts')).describeJob(job),
});
