import { runFileCommand } from './file-command.ts';

await runFileCommand({
  name: 'ai-train-dnn',
  description: 'Train a deep neural network with the AntiNex API',
  waitMs: 3_600_000,
  async run(opened, request, wait) {
    const { runJob } = await import('./run-job.ts');
    return runJob(opened, request, wait);
  },
});
