import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseJson } from './json.ts';
import { busy, detail, type Refusal } from './refusal.ts';

/** A form's fields: told apart from JSON, which some routes take alone. */
export class Form {
  readonly fields: Readonly<Record<string, string>>;

  constructor(text: string) {
    this.fields = Object.fromEntries(new URLSearchParams(text));
  }
}

/** Bodies that are being read at a time, all together. */
const MOST_BYTES = 256 * 2 ** 20;

/** Reads JSON and forms; anything else is answered with 415. */
export function addBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  addParser(app, 'application/json', (text) => {
    try {
      return parseJson(text);
    } catch (error) {
      throw badJson((error as Error).message);
    }
  });
  addParser(app, 'application/x-www-form-urlencoded', (text) => new Form(text));
  boundMemory(app);
}

const badJson = (reason: string): Refusal => detail(400, `JSON parse error - ${reason}`);

function addParser(app: FastifyInstance, type: string, parse: (text: string) => unknown): void {
  app.addContentTypeParser<Buffer>(
    type,
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer) => {
      if ((headers['content-encoding'] ?? 'identity') !== 'identity')
        throw badJson('a compressed body is not taken');
      if (!isUtf8(body)) throw badJson('it is not UTF-8');
      return parse(body.toString());
    },
  );
}

/** Many large bodies at once are put off before they are read. */
function boundMemory(app: FastifyInstance): void {
  let bytes = 0;
  app.addHook('preParsing', async ({ headers, routeOptions: { bodyLimit } }, { raw }) => {
    const length = Number(headers['content-length'] ?? Number.NaN);
    const hasBody = length > 0 || headers['transfer-encoding'] !== undefined;
    const expected = hasBody ? Math.min(Number.isNaN(length) ? bodyLimit : length, bodyLimit) : 0;
    if (bytes > 0 && bytes + expected > MOST_BYTES) throw busy('Too many large requests at once.');
    bytes += expected;
    raw.once('close', () => {
      bytes -= expected;
    });
  });
}
