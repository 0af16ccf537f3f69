export { connectConsumer, connectPublisher } from './connect.ts';
export {
  type Consumer,
  type ConsumerOptions,
  type Delivery,
  type Driver,
  deadLetterQueue,
  MAX_BATCH_MESSAGES,
  type Publisher,
  type QueueOptions,
} from './types.ts';
