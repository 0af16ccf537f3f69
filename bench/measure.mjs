// Runs whole processes and tells what they cost.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs a command to its end with its output thrown away: CPU seconds (user and system, all threads),
 * wall seconds and the largest resident set in MB, as GNU time's cousin in bash and /proc count them.
 */
export async function measure(command, args) {
  const report = join(tmpdir(), `measure-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const script = 'exec 3>"$1"; shift; TIMEFORMAT="%U %S %R"; { time "$@" >/dev/null 2>/dev/null; } 2>&3';
  const started = performance.now();
  const child = spawn('bash', ['-c', script, 'measure', report, command, ...args], { stdio: 'ignore' });
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(child.pid));
  }, 20);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  const [user, system, wall] = readFileSync(report, 'utf8').trim().split(/\s+/).map(Number);
  rmSync(report);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return { cpuSeconds: user + system, wallSeconds: wall ?? (performance.now() - started) / 1000, peakMb };
}

/** The resident memory of a process's children, largest one, in MB. */
function residentMb(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean);
    return Math.max(0, ...children.map(peakOf));
  } catch {
    return 0;
  }
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The run with the median CPU time of `times` runs. */
export async function median(times, command, args, before = () => {}) {
  const runs = [];
  for (let i = 0; i < times; i++) {
    before();
    runs.push(await measure(command, args));
  }
  return runs.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[times >> 1];
}

/** CPU time of a process and of those it started, from the scheduler: ticks of 10 ms are too coarse here. */
export function cpuSeconds(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const own = threads.reduce((sum, thread) => sum + runSeconds(`/proc/${pid}/task/${thread}/schedstat`), 0);
    return own + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0);
  } catch {
    return 0;
  }
}

const runSeconds = (schedstat) => Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e9;

const childrenOf = (pid) =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
