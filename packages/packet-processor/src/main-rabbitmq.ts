import { runProcessor } from './run-processor.ts';

await runProcessor({ name: 'packets-rabbitmq', brokerKind: 'rabbitmq' });
