// Drops its privileges and prints what it was told and what the kernel says then.
// usage: node drop-privileges.mjs '{"user": "daemon", "seteuid": 65534, "clear": "fails"}'
import { readdirSync, readFileSync } from 'node:fs';
import { dropPrivileges } from '@antinex/runtime';

const { user, seteuid, clear } = JSON.parse(process.argv[2]);
const clearing = {
  fails: () => {
    throw new Error('not today');
  },
  'does nothing': () => {},
};

/** The distinct values of a line in the status of all threads. */
function ofThreads(name) {
  const values = readdirSync('/proc/self/task').map((task) => {
    const status = readFileSync(`/proc/self/task/${task}/status`, 'utf8');
    return new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(status)[1];
  });
  return [...new Set(values)];
}

function refuses(call) {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

if (seteuid !== undefined) process.seteuid(seteuid);
try {
  const dropped = dropPrivileges({ user, clearCapabilities: clearing[clear] });
  console.log(
    JSON.stringify({
      dropped,
      kernel: Object.fromEntries(
        ['Uid', 'Gid', 'Groups', 'CapPrm', 'CapEff', 'CapAmb'].map((n) => [n, ofThreads(n)]),
      ),
      stuck: [
        refuses(() => process.setuid(0)),
        refuses(() => process.seteuid(0)),
        refuses(() => process.setgid(0)),
        refuses(() => process.setgroups([0])),
      ],
      home: process.env.HOME,
    }),
  );
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } }));
}
