export { backoffMs } from './backoff.ts';
export { brokerHosts, connectConsumer, connectPublisher, loadDriver } from './connect.ts';
export { jsonCodec } from './json-codec.ts';
export { BROKER_SETTINGS, type BrokerChoice, brokerChoice } from './settings.ts';
export {
  openSpoolingPublisher,
  type SpoolCounters,
  type SpoolEvent,
  type SpoolingPublisher,
  type SpoolOptions,
} from './spool/index.ts';
export {
  type BrokerEvent,
  type BrokerHost,
  type Codec,
  type Consumer,
  type ConsumerOptions,
  type Decoded,
  type Delivery,
  type Driver,
  deadLetterQueue,
  MAX_BATCH_MESSAGES,
  type Publisher,
  type QueueOptions,
  type TlsOptions,
  type Wire,
} from './types.ts';
export { untilThere } from './until-there.ts';
