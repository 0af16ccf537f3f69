import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname, parse, resolve } from 'node:path';
import { antinexClientOptions } from '@antinex/antinex-client';
import { type Log, toPipelineError } from '@antinex/runtime';
import { PublishCounts, type PublishSummary } from './counts.ts';
import { BatchMaker } from './post/batch.ts';
import { Poster } from './post/poster.ts';
import { PREDICTION_COLUMNS } from './post/predicted-rows.ts';
import { PredictionsFile } from './post/predictions-file.ts';
import { RefusedRows } from './post/refused-rows.ts';
import { planRequests, type RequestPlan } from './request-plan.ts';
import type { PublishValues } from './settings.ts';
import type { SpoolEnd } from './spool/spool-end.ts';
import { SpoolUsage } from './spool/spool-usage.ts';
import { SpoolWriter } from './spool/spool-writer.ts';
import { newSpoolName, Spools } from './spool/spools.ts';
import { StateFolder } from './state-folder.ts';

const LONGEST_SEGMENT_BYTES = 2 ** 24;
/** So many segments at least, as disk is freed a segment at a time. */
const FEWEST_SEGMENTS = 8;

/** Longer answers of the API are refused, but for those that come of long requests. */
const LONGEST_ANSWER_BYTES = 2 ** 26;
/** The API lists the last twenty jobs, each with the rows of its request. */
const REQUESTS_IN_ANSWER = 24;

/** Where the datasets are whose rows are posted. */
export interface PublishPlace {
  readonly folder: string;
  readonly queue: string;
}

/**
 * Sends rows to AntiNex and writes down what it predicts. docs/antinex-sink.md tells how.
 *
 * A dataset hands its rows to a spool, in the same commit that makes them rows of the dataset; so acks
 * never wait for the API, and each row is in the spool once, whatever dies. Of the processors that share
 * a folder and a queue one posts what is committed of all spools, those of dead processors included.
 */
export class Publisher {
  readonly #folder: StateFolder;
  readonly #values: PublishValues;
  readonly #spools: Spools;
  readonly #usage: SpoolUsage;
  readonly #poster: Poster;
  readonly #counts = new PublishCounts();

  /** @throws PipelineError CONFIG_INVALID, OUTPUT_UNWRITABLE, and file errors of the request file. */
  static async open(values: PublishValues, place: PublishPlace, log: Log): Promise<Publisher> {
    const { antinexPredictions: file } = values;
    const plan = await planRequests(values);
    for (const note of plan.notes) log('warn', note);
    if (file !== undefined) await checkPredictions(resolve(file));
    const folder = new StateFolder(place.folder, place.queue);
    await folder.make();
    return new Publisher(values, folder, plan, log);
  }

  private constructor(values: PublishValues, folder: StateFolder, plan: RequestPlan, log: Log) {
    const { antinexSpoolSize, antinexPostRows, antinexPostBytes, antinexPostTime, antinexWait } = values;
    this.#folder = folder;
    this.#values = values;
    this.#spools = new Spools(folder);
    this.#usage = new SpoolUsage(folder.spools, antinexSpoolSize);
    const { request, features, schema, model, feature } = plan;
    const onFailedConversion = (column: string) =>
      log('info', `AntiNex: values of ${column} are no numbers: sent as missing`);
    this.#poster = new Poster({
      folder,
      spools: this.#spools,
      api: {
        client: {
          ...antinexClientOptions(values),
          maxAnswerBytes: Math.max(LONGEST_ANSWER_BYTES, REQUESTS_IN_ANSWER * antinexPostBytes),
          predictionColumns: [feature, ...PREDICTION_COLUMNS],
          log,
        },
        wait: { deadlineMs: antinexWait, launchedMs: values.antinexLaunchedWait },
      },
      maker: new BatchMaker({ request, features, onFailedConversion }),
      schema,
      model,
      feature,
      limits: { rows: antinexPostRows, bytes: antinexPostBytes },
      waitMs: antinexPostTime,
      doubtMs: antinexWait,
      refused: new RefusedRows(folder.refused, new SpoolUsage(folder.refused, antinexSpoolSize), log),
      counts: this.#counts,
      log,
    });
  }

  /** The spool of a dataset; `end` is what its manifest tells of one that it has. */
  openSpool(dataset: string, end: SpoolEnd | undefined): Promise<SpoolWriter> {
    const { antinexSpoolSize, antinexPredictions } = this.#values;
    const name = basename(dataset);
    const predictions =
      antinexPredictions === undefined ? `${parse(name).name}.predictions.csv` : resolve(antinexPredictions);
    const start = { spool: newSpoolName(name), segment: 0, offset: 0, rows: 0 };
    const begin = { ...(end ?? start), predictions };
    let { rows } = begin;
    return SpoolWriter.open({
      folder: this.#folder.spool(begin.spool),
      end: begin,
      usage: this.#usage,
      segmentBytes: Math.min(LONGEST_SEGMENT_BYTES, Math.ceil(antinexSpoolSize / FEWEST_SEGMENTS)),
      onCommit: (committed) => {
        this.#counts.spooledRows += committed.rows - rows;
        rows = committed.rows;
        this.#spools.committed(committed);
        this.#poster.wake();
      },
      onClose: (last) => this.#spools.closed(last),
    });
  }

  start(): void {
    this.#poster.start();
  }

  /** Goes on for a moment with what waits; the rest is posted at the next start. */
  async stop(): Promise<void> {
    await this.#poster.stop(this.#values.antinexEndWait);
  }

  summary(): PublishSummary {
    return this.#counts.summary();
  }
}

/** A file that predictions go to from now on is not to turn out to be something else in an hour. */
async function checkPredictions(path: string): Promise<void> {
  if (existsSync(path)) return (await PredictionsFile.open(path)).close();
  await access(dirname(path), constants.W_OK).catch((error) => {
    throw toPipelineError(error, { path, access: 'write' });
  });
}
