export type { SpoolCounters, SpoolEvent } from './events.ts';
export { openSpoolingPublisher } from './open-spooling-publisher.ts';
export type { SpoolOptions } from './options.ts';
export type { SpoolingPublisher } from './spooling-publisher.ts';
