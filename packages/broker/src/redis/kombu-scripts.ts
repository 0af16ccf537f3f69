import { Script } from './script.ts';

/**
 * What a consumer took lies in kombu's own place for it, from where Python consumers give it back to
 * the queue once its time is over. That place must hold nothing but envelopes, or they would stumble:
 * everything else we took lies aside, in a hash and an index of the queue's own.
 */

/** Messages above this size are set aside without a closer look. */
const LARGE_BYTES = 65_536;
/** A script ends early when it has moved so much. */
const MOST_BYTES = 4 * 2 ** 20;

/** Seconds since 1970, with a fraction. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
`;

/**
 * Pops messages, the most urgent and oldest first, and records each as unacked before anybody sees it.
 *
 * KEYS: unacked_index, unacked, index and hash of those set aside, the lists of the queue.
 * ARGV: how many, what to name them, number of the first, what follows a message in `unacked`.
 * Returns the messages.
 */
export const TAKE = new Script(`${NOW}
local function isEnvelope(item)
  if #item > ${LARGE_BYTES} or string.byte(item) ~= 123 then return false end
  local from = string.find(item, '"properties"', 1, true)
  if not from then return false end
  if string.sub(item, 1, 10) == '{"body": "' and string.sub(item, from, from + 14) == '"properties": {'
    and string.sub(item, -3) == '"}}' then return true end
  local ok, value = pcall(cjson.decode, item)
  return ok and type(value) == 'table' and type(value.properties) == 'table'
end
local count, bytes = tonumber(ARGV[1]), 0
local items = {}
local index, unacked, asideIndex, asideHash = {}, {}, {}, {}
for key = 5, #KEYS do
  while #items < count and bytes < ${MOST_BYTES} do
    local item = redis.call('RPOP', KEYS[key])
    if not item then break end
    local tag = ARGV[2] .. (ARGV[3] + #items)
    items[#items + 1] = item
    bytes = bytes + #item
    if isEnvelope(item) then
      index[#index + 1] = now
      index[#index + 1] = tag
      unacked[#unacked + 1] = tag
      unacked[#unacked + 1] = '[' .. item .. ARGV[4]
    else
      asideIndex[#asideIndex + 1] = now
      asideIndex[#asideIndex + 1] = tag
      asideHash[#asideHash + 1] = tag
      asideHash[#asideHash + 1] = item
    end
  end
end
if #index > 0 then
  redis.call('ZADD', KEYS[1], unpack(index))
  redis.call('HSET', KEYS[2], unpack(unacked))
end
if #asideIndex > 0 then
  redis.call('ZADD', KEYS[3], unpack(asideIndex))
  redis.call('HSET', KEYS[4], unpack(asideHash))
end
return items`);

/**
 * Puts messages back to the end of the queue that is served next, those that are still unacked.
 *
 * KEYS: as for TAKE, of the lists only the first. ARGV: name and message by turns.
 */
export const GIVE_BACK = new Script(`
for i = 1, #ARGV, 2 do
  if redis.call('HDEL', KEYS[2], ARGV[i]) + redis.call('HDEL', KEYS[4], ARGV[i]) > 0 then
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('ZREM', KEYS[3], ARGV[i])
    redis.call('RPUSH', KEYS[5], ARGV[i + 1])
  end
end
return 0`);

/** Calls `each` for the names `ARGV[1] .. number` of ranges of numbers, first and last by turns, in pieces. */
const IN_PIECES = `
local function inPieces(each)
  local tags = {}
  for i = 2, #ARGV, 2 do
    for number = ARGV[i], ARGV[i + 1] do
      tags[#tags + 1] = ARGV[1] .. number
      if #tags == 1000 then
        each(tags)
        tags = {}
      end
    end
  end
  if #tags > 0 then each(tags) end
end
`;

/** KEYS: as for TAKE, without lists. ARGV: what the names begin with, ranges of numbers. */
export const FORGET = new Script(`${IN_PIECES}
inPieces(function (tags)
  redis.call('ZREM', KEYS[1], unpack(tags))
  redis.call('HDEL', KEYS[2], unpack(tags))
  redis.call('ZREM', KEYS[3], unpack(tags))
  redis.call('HDEL', KEYS[4], unpack(tags))
end)
return 0`);

/** These are still worked on: their time starts anew. KEYS and ARGV: as for FORGET. */
export const KEEP_ALIVE = new Script(`${NOW}${IN_PIECES}
inPieces(function (tags)
  local words = {}
  for _, tag in ipairs(tags) do
    words[#words + 1] = now
    words[#words + 1] = tag
  end
  redis.call('ZADD', KEYS[1], 'XX', unpack(words))
  redis.call('ZADD', KEYS[3], 'XX', unpack(words))
end)
return 0`);

/**
 * The messages of this queue whose time is over, the oldest first, and the mutex taken; nothing when
 * there are none, or somebody else has it: who dies with it holds up all others for its time to live.
 * Of other queues' messages a limited number is passed over.
 *
 * KEYS: as for TAKE, without lists, then the mutex. ARGV: visibility timeout in seconds, what follows
 * a message of this queue in `unacked`, token of the mutex, its time to live in milliseconds.
 * Returns name and record by turns, and the same for those set aside.
 */
export const FIND_EXPIRED = new Script(`${NOW}
if redis.call('GET', KEYS[5]) then return false end
local limit = now - ARGV[1]
local bytes = 0
local function expired(index, hash, suffix)
  local found = {}
  for _, tag in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', limit, 'LIMIT', 0, 2000)) do
    if bytes > ${MOST_BYTES} or #found >= 500 then break end
    local record = redis.call('HGET', hash, tag)
    if record and (suffix == '' or string.sub(record, -#suffix) == suffix) then
      found[#found + 1] = tag
      found[#found + 1] = record
      bytes = bytes + #record
    end
  end
  return found
end
local mine, aside = expired(KEYS[1], KEYS[2], ARGV[2]), expired(KEYS[3], KEYS[4], '')
if #mine + #aside == 0 then return false end
redis.call('SET', KEYS[5], ARGV[3], 'PX', ARGV[4])
return {mine, aside}`);

/** KEYS: the mutex. ARGV: its token. */
export const RELEASE_MUTEX = new Script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`);
