import type { Log } from '@antinex/runtime';
import type { Logins } from '../auth/logins.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { JobEngine } from '../jobs/types.ts';
import type { Queue } from '../queue/queue.ts';
import type { Jobs } from '../store/jobs.ts';
import type { Prepares } from '../store/prepares.ts';
import type { Users } from '../store/users.ts';
import type { AnswerMemory } from './answer-memory.ts';
import type { Gate } from './authenticate.ts';

export interface HttpOptions {
  /** Answer bodies that are wrong as the original does. */
  readonly compat: boolean;
  /** How long a request waits for its job before it is answered. */
  readonly answerWithinMs: number;
  /** Whether anybody may make a user. */
  readonly openRegistration: boolean;
  /** Names that the server may be called by; undefined for any. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Addresses of proxies that are believed when they say whom they speak for. */
  readonly trustProxy: string | undefined;
  /** Where the files may be that requests name. */
  readonly datasetFolders: readonly string[];
  readonly maxBodyBytes: number;
  readonly maxWaiting: number;
  /** Requests of one address in a minute. */
  readonly requestsPerMinute: number;
  readonly loginsPerMinute: number;
}

export interface Parts {
  readonly users: Users;
  readonly jobs: Jobs;
  readonly prepares: Prepares;
  readonly engine: JobEngine;
  readonly queue: Queue;
  readonly tokens: Tokens;
  readonly logins: Logins;
  readonly log: Log;
  /** A stack for those who look after the server. */
  readonly onBug: (error: unknown) => void;
}

/** What the routes work with. */
export interface Context extends Parts, Gate {
  readonly memory: AnswerMemory;
  readonly options: HttpOptions;
}
