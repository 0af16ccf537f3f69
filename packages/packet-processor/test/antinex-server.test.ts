import { setTimeout as sleep } from 'node:timers/promises';
import { AntinexClient, generateAiRequest } from '@antinex/antinex-client';
import { describe, expect, it } from 'vitest';
import { Program } from '../../antinex-server/test/support/program.ts';
import { freePorts } from '../../broker/test/servers/free-ports.ts';
import { redisMissing } from '../../broker/test/servers/redis-server.ts';
import { drained, sorted, upTo, useRedis } from './antinex-redis.ts';
import { COMPLETE, compare, datasetFiles, durableRows, idsOf, newFolder } from './datasets.ts';
import { publish } from './feed.ts';
import { allPredictions, numbersOf, portPackets } from './predictions.ts';
import { startProcessor } from './processor-child.ts';

const missing = redisMissing();
const isLong = process.env.LONG === '1';
const AWAY_MS = isLong ? 120_000 : 3000;
const KILLS = 2;
const PACKETS = isLong ? 200_000 : 12_000;
/** Packets come all the while. */
const PAUSE_MS = isLong ? 600 : 50;
/** With all that shells, URLs and env files make of characters. */
const PASSWORD = 'p@ss w:0rd/"$#%\'&';
const USER = 'root';
const FEATURES = ['ip_len', 'tcp_sport', 'tcp_dport', 'tcp_seq'];

/** The embedded server, whose data outlives it. */
class Server {
  readonly #data = newFolder();
  readonly #port: number;
  #program: Program;

  static async start(): Promise<Server> {
    const [port] = await freePorts(1);
    const server = new Server(port);
    await server.#program.url();
    return server;
  }

  private constructor(port: number) {
    this.#port = port;
    this.#program = this.#newProgram();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get client(): AntinexClient {
    return new AntinexClient({ url: this.url, user: USER, password: PASSWORD });
  }

  /** Variables of a processor that posts here. */
  get env(): Record<string, string> {
    return {
      ANTINEX_PUBLISH_ENABLED: '1',
      ANTINEX_URL: this.url,
      ANTINEX_USER: USER,
      ANTINEX_PASSWORD: PASSWORD,
      ANTINEX_FEATURES_TO_PROCESS: FEATURES.join(),
      ANTINEX_POST_TIME: '50ms',
    };
  }

  /** Trains the model of the default name to tell high ports from low ones. */
  async train(): Promise<void> {
    const rows = upTo(400).map((n) => ({
      ip_len: 40,
      tcp_sport: n * 160,
      tcp_dport: 0,
      tcp_seq: n,
      label_value: n > 200 ? 1 : 0,
    }));
    const { body } = generateAiRequest(rows, { features: FEATURES, epochs: 5, numSplits: 2 });
    const { job } = await this.client.createJob(body);
    await this.client.waitForJob(job.id);
  }

  kill9(): Promise<unknown> {
    return this.#program.end('SIGKILL');
  }

  async restart(): Promise<void> {
    this.#program = this.#newProgram();
    await this.#program.url();
  }

  /** The numbers of the rows that were posted, in all jobs but the training. */
  async postedNumbers(): Promise<number[]> {
    const { client } = this;
    const [{ id: last }] = await client.listJobs();
    const numbers: number[] = [];
    for (let id = 2; id <= last; id++) {
      const { predict_manifest } = await client.getJob(id);
      const { predict_rows } = predict_manifest as { predict_rows: Record<string, number>[] };
      numbers.push(...numbersOf(predict_rows));
    }
    return numbers;
  }

  #newProgram(): Program {
    const limits = ['--keep-size', '1GB', '--request-limit', '1000000'];
    return new Program(['--json', '--port', `${this.#port}`, '--data', this.#data, ...limits], {
      ANTINEX_USER: USER,
      ANTINEX_PASSWORD: PASSWORD,
    });
  }
}

describe.skipIf(missing)(missing ?? 'posting rows to antinex-server', () => {
  const target = useRedis();

  it(`predicts every row once though the server is killed ${KILLS} times, away ${AWAY_MS / 1000} s each`, async () => {
    const server = await Server.start();
    await server.train();
    const [queue, folder] = [target(), newFolder()];
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env: server.env });
    let isPublished = false;
    const publishing = (async () => {
      for (let from = 0; from < PACKETS; from += 500) {
        await publish(queue, portPackets(from + 1, Math.min(from + 500, PACKETS)));
        await sleep(PAUSE_MS);
      }
      isPublished = true;
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      const before = (await processor.status())?.antinex?.batches ?? 0;
      await processor.until(({ antinex }) => (antinex?.batches ?? 0) > before + 1 || isPublished);
      await sleep(Math.random() * 300);
      await server.kill9();
      await sleep(AWAY_MS);
      expect(await processor.get('/readyz')).toMatchObject({ code: 200 });
      await server.restart();
    }
    await publishing;
    await expect.poll(() => durableRows(folder), { timeout: 60_000 }).toBe(PACKETS);
    const { antinex } = await drained(processor, PACKETS);
    expect(antinex).toMatchObject({ refusedRows: {}, damagedRows: 0 });
    expect(antinex?.retries).toBeGreaterThan(0);
    expect((await processor.stop()).code).toBe(0);
    expect(compare(idsOf(datasetFiles(folder)), PACKETS)).toEqual(COMPLETE);
    const predictions = allPredictions(folder);
    expect(
      compare(
        predictions.map(({ packet_id }) => packet_id),
        PACKETS,
      ),
    ).toEqual(COMPLETE);
    expect(sorted(await server.postedNumbers())).toEqual(upTo(PACKETS));
  }, 900_000);
});
