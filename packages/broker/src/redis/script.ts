import { createHash } from 'node:crypto';
import type { Client } from './connection.ts';
import { reasonOf } from './failure.ts';

/** A Lua script that runs in the server, in one piece. */
export class Script {
  readonly #lua: string;
  readonly #sha: string;

  constructor(lua: string) {
    this.#lua = lua;
    this.#sha = createHash('sha1').update(lua).digest('hex');
  }

  /** Its result, texts as Buffers. */
  async run(
    client: Client,
    keys: readonly string[],
    words: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    const rest = [keys.length, ...keys, ...words];
    try {
      return await client.callBuffer('evalsha', this.#sha, ...rest);
    } catch (error) {
      if (!reasonOf(error).startsWith('NOSCRIPT')) throw error;
      return client.callBuffer('eval', this.#lua, ...rest);
    }
  }
}
