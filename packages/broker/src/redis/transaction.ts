import type { Client } from './connection.ts';

export type Command = readonly [name: string, ...words: (string | number | Buffer)[]];

/**
 * Sends commands on one key, or of one server, that are done all or none.
 * Resolves with their results in order, an Error for one that failed by itself.
 */
export async function transaction(client: Client, commands: readonly Command[]): Promise<unknown[]> {
  const results = await client.multi(commands.map((command) => [...command])).exec();
  return (results ?? []).map(([error, result]) => error ?? result);
}

/** The same, for commands of which none may fail. */
export async function wholeTransaction(client: Client, commands: readonly Command[]): Promise<unknown[]> {
  const results = await transaction(client, commands);
  const failed = results.find((result) => result instanceof Error);
  if (failed) throw failed;
  return results;
}
