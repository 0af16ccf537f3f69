import { readFileSync } from 'node:fs';
import { type Main, runMain } from '@antinex/runtime';
import {
  addSettings,
  checkOnly,
  createProgram,
  parseCommandLine,
  print,
  readSettings,
} from '@antinex/runtime/command';
import { listDevices } from '../devices.ts';
import { captureWith } from './capture-with.ts';
import { checkCapture } from './check.ts';
import { problemsOf } from './make-plan.ts';
import { agentSettings } from './settings.ts';
import type { AgentSpec } from './spec.ts';

const examplesOf = (name: string) => `
Examples:
  sudo ${name}                                          # first device, redis://localhost:6379/15
  sudo ${name} --device eth0,eth1 --broker amqp://user:password@broker:5672
  sudo ${name} --broker memory: --duration 10s          # capture and count, without a broker
  ${name} --read traffic.pcap --broker redis://localhost:6379/15
  sudo ${name} --write traffic.pcap --rotate-size 100MB --rotate-files 10`;

/** How long something that nobody waits for any more (an attempt to connect) may keep the process. */
const LINGER_MS = 500;

/** A capture agent: parses the command line and runs until it is told to end. */
export async function runAgent(spec: AgentSpec): Promise<void> {
  await runMain(mainOf(spec), { name: spec.name, signalIsCleanEnd: true });
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function mainOf(spec: AgentSpec): Main {
  return async (signal, shutdown) => {
    let exitCode = 0;
    const { version } = JSON.parse(readFileSync(spec.packageUrl, 'utf8')) as { version: string };
    const settings = agentSettings(spec);
    const program = createProgram(spec.name, spec.description, version);
    addSettings(program, settings)
      .option('--list-devices', 'list the devices, and end')
      .addHelpText('after', examplesOf(spec.name))
      .action(async (options: { listDevices?: boolean }) => {
        if (options.listDevices) return print(await deviceLines());
        const config = await readSettings(program, settings, problemsOf);
        if (config === undefined || (await checkOnly(program, () => checkCapture(spec, config)))) return;
        exitCode = await captureWith(spec, config, { signal, shutdown });
      });
    const usage = await parseCommandLine(program, process.argv);
    return usage === 0 ? exitCode : usage;
  };
}

async function deviceLines(): Promise<string> {
  const devices = await listDevices();
  const rows = devices.map(({ name, addresses, description }) => [name, addresses.join(' '), description]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(([name, addresses, description]) =>
      `${name.padEnd(widths[0])}  ${addresses.padEnd(widths[1])}  ${description}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
