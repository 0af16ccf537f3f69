import { pythonJson } from './python-json.ts';

/** Kombu's separator, in the names of lists and in bindings. */
const SEPARATOR = '\x06\x16';

/** Where kombu keeps what a consumer took and has not acked yet, of all queues of a database. */
export const UNACKED = 'unacked';
/** The times at which it was taken, in seconds since 1970. */
export const UNACKED_INDEX = 'unacked_index';
/** Whoever looks for messages whose time is over holds this, so that only one does. */
export const UNACKED_MUTEX = 'unacked_mutex';

/** Messages come with a priority of 0, 3, 6 or 9; a lower one is served first. */
const OTHER_PRIORITIES = [3, 6, 9];

/** The lists of a queue, in the order in which they are served. */
export const listsOf = (queue: string): string[] => [
  queue,
  ...OTHER_PRIORITIES.map((priority) => `${queue}${SEPARATOR}${priority}`),
];

/** The set with the bindings of an exchange. */
export const bindingsOf = (exchange: string): string => `_kombu.binding.${exchange}`;

/** The member of that set which binds a queue to a topic exchange. */
export const binding = (routingKey: string, queue: string): string =>
  [routingKey, topicPattern(routingKey), queue].join(SEPARATOR);

/** What follows the message where it is kept as unacked: `[<message>, "<exchange>", "<routing key>"]`. */
export const unackedSuffix = (exchange: string, routingKey: string): string =>
  `, ${pythonJson(exchange)}, ${pythonJson(routingKey)}]`;

const WILDCARDS = new Map([
  ['*', '.*?[^\\.]'],
  ['#', '.*?'],
]);

/** The regular expression that kombu matches routing keys with. */
function topicPattern(routingKey: string): string {
  const words = routingKey
    .replace(/[^\p{L}\p{N}.#*]/gu, (char) => (char === '\0' ? '\\000' : `\\${char}`))
    .split('.');
  return `^${words.map((word) => WILDCARDS.get(word) ?? word).join('\\.')}$`;
}
