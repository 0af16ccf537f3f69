import { runProcessor } from './run-processor.ts';

await runProcessor({ name: 'packet-processor' });
