import type { Log } from '@antinex/runtime';

/** Files for TLS. The server is verified, its name included, unless `insecure` says otherwise. */
export interface TlsOptions {
  /** PEM file with the authorities to trust, or a folder of such files, instead of the system's. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Takes any certificate: whoever stands in between can read the password. */
  readonly insecure?: boolean | undefined;
}

/** What was asked and how it ended; for metrics and traces. Holds nothing secret. */
export interface Exchanged {
  /** `POST /ml/` */
  readonly request: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export interface AntinexClientOptions {
  /** Where the API is: `http://localhost:8010`, with a path if it is served under one. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly tls?: TlsOptions | undefined;
  /** For one request, from the first byte sent to the last one received. 60 s unless given. */
  readonly timeoutMs?: number | undefined;
  /** How often a request that failed is sent again, where that can help and does no harm. 3 unless given. */
  readonly retries?: number | undefined;
  /** Longer answers are refused. 64 MiB unless given: the API sends all rows of a request back. */
  readonly maxAnswerBytes?: number | undefined;
  /**
   * Read only these columns of predictions, and none of the rows that were posted, which the API sends back,
   * too: these are most of what there is to read. All of it unless given.
   */
  readonly predictionColumns?: readonly string[] | undefined;
  readonly log?: Log | undefined;
  readonly onExchange?: ((exchanged: Exchanged) => void) | undefined;
}
