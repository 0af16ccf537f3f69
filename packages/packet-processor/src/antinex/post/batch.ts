import { type AiRequestOptions, generateAiRequest, type Row } from '@antinex/antinex-client';
import type { Schema } from '@antinex/dataset';
import type { ParsedMessage } from '../../messages/message.ts';
import { type PacketKey, packetKey } from '../rows/packet-key.ts';
import { RowProjection } from '../rows/row-projection.ts';
import type { Position } from '../spool/spool-end.ts';
import type { SpooledRow } from '../spool/spool-reader.ts';

/** A row of a request; its place in the list is its place in the request. */
export interface PostedRow extends PacketKey {
  /** Its number in the dataset. */
  readonly index: number;
}

/** What is posted. */
export interface BatchRequest {
  /** All but the rows, as JSON without its last brace. */
  readonly head: string;
  /** What is to stand in the job's desc, in front of a mark. */
  readonly desc: string;
  /** JSON each. */
  readonly rows: readonly string[];
}

/** Rows that are posted at once, from one spool, one after the other. */
export interface Batch {
  readonly rows: readonly PostedRow[];
  /** Undefined when there is nothing to post. */
  readonly request: BatchRequest | undefined;
  /** Rows on the way that have no form in the model's schema. */
  readonly formless: number;
  /** Of the request's body. */
  readonly bytes: number;
  /** Where the row behind the last one stands. */
  readonly to: Position;
}

/** The body of a request, with a mark in its desc. */
export const bodyOf = ({ head, desc, rows }: BatchRequest, mark: string): string =>
  `${head},"desc":${JSON.stringify(desc === '' ? mark : `${desc} ${mark}`)},"predict_rows":[${rows.join()}]}`;

export interface BatchLimits {
  readonly rows: number;
  /** Of the request's body; one row there is in any case. */
  readonly bytes: number;
}

export interface BatchMakerOptions {
  /** How rows become requests; the features that are asked for among it. */
  readonly request: AiRequestOptions;
  readonly features: readonly string[];
  /** Called with a column, the first time that one of its values is no number. */
  readonly onFailedConversion: (column: string) => void;
}

interface Candidate {
  readonly key: PostedRow;
  readonly row: Row;
  readonly formlessBefore: number;
  readonly next: Position;
}

/** The desc and the mark behind it have to fit the database's 512 characters. */
const LONGEST_DESC = 300;
/** As long as any. */
const SOME_MARK = '['.padEnd(38);

/** Makes requests of rows. */
export class BatchMaker {
  readonly #options: BatchMakerOptions;
  readonly #projections = new Map<Schema, RowProjection>();
  readonly #failed = new Set<string>();

  constructor(options: BatchMakerOptions) {
    this.#options = options;
  }

  /** The first rows, as many as the limits allow; there must be one. */
  make(spooled: readonly SpooledRow[], schema: Schema, limits: BatchLimits): Batch {
    const { candidates, formless } = this.#candidates(spooled, schema, limits.rows);
    const last = spooled[spooled.length - 1].next;
    if (candidates.length === 0) return { rows: [], request: undefined, formless, bytes: 0, to: last };
    const request = this.#requestOf(candidates);
    const { count, bytes } = fitting(request, limits.bytes);
    const keys = candidates.map(({ key }) => key);
    if (count === keys.length) {
      // Those without a form at the end are done with, too; unless there is more that could be posted.
      const isWhole = candidates.length + formless === spooled.length;
      return { rows: keys, request, formless, bytes, to: isWhole ? last : candidates[count - 1].next };
    }
    const { next, formlessBefore } = candidates[count - 1];
    const rows = request.rows.slice(0, count);
    return {
      rows: keys.slice(0, count),
      request: { ...request, rows },
      formless: formlessBefore,
      bytes,
      to: next,
    };
  }

  #candidates(spooled: readonly SpooledRow[], schema: Schema, most: number) {
    const projection = this.#projections.get(schema) ?? new RowProjection(schema, this.#options.features);
    this.#projections.set(schema, projection);
    const candidates: Candidate[] = [];
    let formless = 0;
    for (const { index, json, next } of spooled) {
      if (candidates.length === most) break;
      const message = JSON.parse(json) as ParsedMessage;
      const row = projection.project(message);
      if (row === undefined) formless++;
      else {
        candidates.push({ key: { ...packetKey(message), index }, row, formlessBefore: formless, next });
      }
    }
    return { candidates, formless };
  }

  #requestOf(candidates: readonly Candidate[]): BatchRequest {
    const { request, onFailedConversion } = this.#options;
    const { body, failedConversions } = generateAiRequest(
      candidates.map(({ row }) => row),
      request,
    );
    for (const column of failedConversions.keys()) {
      if (!this.#failed.has(column)) onFailedConversion(column);
      this.#failed.add(column);
    }
    const { desc, predict_rows: rows, sort_values: _, dataset: __, ...rest } = body;
    return {
      // Predictions are told apart by the order of rows, so these are not to be sorted. And a request for a
      // training may be the template: then its dataset is not what is asked about.
      head: JSON.stringify(rest).slice(0, -1),
      desc: typeof desc === 'string' ? desc.slice(0, LONGEST_DESC) : '',
      rows: (rows as unknown[]).map((row) => JSON.stringify(row)),
    };
  }
}

/** How many of the rows make a body that is not too long, at least one, and how long it is. */
function fitting(request: BatchRequest, limitBytes: number) {
  const { rows } = request;
  let bytes = Buffer.byteLength(bodyOf({ ...request, rows: [] }, SOME_MARK));
  for (let count = 0; count < rows.length; count++) {
    const more = Buffer.byteLength(rows[count]) + 1;
    if (bytes + more > limitBytes && count > 0) return { count, bytes };
    bytes += more;
  }
  return { count: rows.length, bytes };
}
