import { Script } from './script.ts';

/**
 * The consumer that stands for those who gave entries back. What is pending for it counts as idle for
 * years, so whoever claims next gets it, without waiting.
 */
const RETURNED = 'returned';
const LONG_IDLE_MS = 1e11;

/** In all of them: KEYS[1] the stream, ARGV[1] the group, ARGV[2] the consumer, then ids. */
const OWNED = `
local owned = {}
for i = 3, #ARGV do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if pending[1] then owned[#owned + 1] = ARGV[i] end
end
local function claim(consumer, ...)
  if #owned == 0 then return end
  local words = {'XCLAIM', KEYS[1], ARGV[1], consumer, 0}
  for _, id in ipairs(owned) do words[#words + 1] = id end
  for _, word in ipairs({...}) do words[#words + 1] = word end
  redis.call(unpack(words))
end
`;

/** Entries that are still the consumer's are not idle: it works on them. */
export const KEEP_ALIVE = new Script(`${OWNED}
claim(ARGV[2], 'JUSTID')
return #owned`);

/** Entries that are still the consumer's go to whoever claims next. */
export const GIVE_BACK = new Script(`${OWNED}
claim('${RETURNED}', 'IDLE', '${LONG_IDLE_MS}', 'JUSTID')
return #owned`);

/** Removes the consumer from the group, unless entries are pending for it: they would be lost. */
export const LEAVE = new Script(`
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if not pending[1] then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
return 0`);

/** Removes consumers that died long ago and have nothing pending. ARGV[2]: how long, in milliseconds. */
export const FORGET_DEAD = new Script(`
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local about = {}
  for i = 1, #consumer, 2 do about[consumer[i]] = consumer[i + 1] end
  if about.pending == 0 and about.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], about.name)
  end
end
return 0`);
