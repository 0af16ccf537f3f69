import { runMain } from '@antinex/runtime';
import { runProgram } from './program.ts';

await runMain((signal, shutdown) => runProgram(process.argv, { signal, shutdown }), {
  name: 'netml',
  signalIsCleanEnd: true,
});
