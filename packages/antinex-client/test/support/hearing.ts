import { inspect } from 'node:util';
import { describeError, type ErrorCode, type ErrorDetails, PipelineError } from '@antinex/runtime';
import { afterAll, expect } from 'vitest';
import { AntinexClient } from '../../src/client.ts';
import { Channel } from '../../src/http/channel.ts';
import type { AntinexClientOptions, Exchanged } from '../../src/options.ts';

/** With everything that JSON, URLs, shells and regular expressions treat as special. */
export const PASSWORD = 'p@ss/w:0rd "ü" #$&+\\x';
export const USER = 'root';

const heard: string[] = [];
const secrets = new Set([PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), encodeURIComponent(PASSWORD)]);

/** Nothing that is heard in this file may hold this text. */
export const keepSecret = (text: string): void => void secrets.add(text);

/** Text that somebody could read: a log, an error, the output of a program. */
export const hear = (text: string): void => void heard.push(text);

afterAll(() => {
  const told = heard.filter((text) => [...secrets].some((secret) => text.includes(secret)));
  expect(told).toEqual([]);
});

export interface Exchanges {
  readonly exchanged: Exchanged[];
  readonly logged: string[];
}

type Options = Partial<AntinexClientOptions> & { readonly url: string };

const complete = (options: Options): AntinexClientOptions & Exchanges => {
  const exchanged: Exchanged[] = [];
  const logged: string[] = [];
  return {
    user: USER,
    password: PASSWORD,
    log: (level, text) => {
      hear(text);
      logged.push(`${level}: ${text}`);
    },
    onExchange: (one) => {
      hear(inspect(one));
      exchanged.push(one);
    },
    ...options,
    exchanged,
    logged,
  };
};

/** A client whose log and errors are looked through for secrets. */
export function openClient(options: Options): Exchanges & { client: AntinexClient } {
  const all = complete(options);
  return { client: new AntinexClient(all), exchanged: all.exchanged, logged: all.logged };
}

export const openChannel = (options: Options): Channel => new Channel(complete(options));

/** The error that something ends with, which must be of this code. */
export async function failure<C extends ErrorCode>(
  failing: Promise<unknown>,
  code: C,
): Promise<PipelineError<C> & { readonly details: ErrorDetails<C> }> {
  const error = await failing.then(
    (value) => {
      throw new Error(`it did not fail: ${inspect(value).slice(0, 200)}`);
    },
    (reason: unknown) => reason,
  );
  hear(inspect(error, { depth: 12, showHidden: true }));
  hear(describeError(error).line);
  expect(error).toBeInstanceOf(PipelineError);
  expect((error as PipelineError).code, (error as Error).message).toBe(code);
  return error as PipelineError<C>;
}
