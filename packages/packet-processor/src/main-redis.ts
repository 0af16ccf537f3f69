import { runProcessor } from './run-processor.ts';

await runProcessor({ name: 'packets-redis', brokerKind: 'redis' });
