import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { redisMissing } from '../../broker/test/servers/redis-server.ts';
import { whyNoAgents } from '../../capture/test/agent.ts';
import { idsOf, newFolder } from './datasets.ts';
import { predictionsIn } from './predictions.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const missing = redisMissing() ?? whyNoAgents();

/** The command lines of processes that run. */
async function processes(): Promise<string> {
  const child = spawn('ps', ['-eo', 'args']);
  return text(child.stdout);
}

it.skipIf(missing)(
  missing ?? 'the AntiNex demo trains, replays, predicts every packet, and leaves nothing running',
  async () => {
    const output = newFolder();
    const demo = spawn('bash', [`${root}scripts/antinex-demo.sh`, '--no-setup'], {
      env: { PATH: process.env.PATH, HOME: output, DEMO_OUTPUT: join(output, 'demo') },
    });
    const exit = once(demo, 'close');
    const [stdout, stderr] = await Promise.all([text(demo.stdout), text(demo.stderr)]);
    const [code] = await exit;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /Of 1,716 packets with the attacker 192\.0\.2\.66, \d+ \([3-9]\d\.\d %\) were found/,
    );
    const dataset = join(output, 'demo/packets.csv');
    const predictions = predictionsIn(join(output, 'demo/packets.predictions.csv'));
    const ids = idsOf([dataset]);
    expect(ids).toHaveLength(4645);
    expect(predictions.map(({ packet_id }) => packet_id).sort()).toEqual(ids.sort());
    expect(existsSync(join(output, 'demo/packets.csv.manifest.json'))).toBe(true);
    expect(readFileSync(join(output, 'demo/packet-processor.log'), 'utf8')).not.toContain('"level":40');
    expect(await processes()).not.toContain(output);
  },
);
