-- Put before every other script. Keys are made of our own ids, so they hold no colon of a client.
--
--   m2fp:number          counts jobs
--   m2fp:job:ID          hash; the fields of Job, and number, keep_s, digest, key
--   m2fp:item:ID:PLACE   hash; the fields of Item, and token, beat, lease_s, worker
--   m2fp:queue           sorted set of queued ID:PLACE in the order of their turn
--   m2fp:running         hash; ID:PLACE -> token beat lease_s
--   m2fp:busy:ID         sorted set of the places of a job that are running
--   m2fp:ended           sorted set of ended jobs by when they expire
--   m2fp:purge           set of expired jobs whose blobs are to be deleted
--   m2fp:tombs           sorted set of purged jobs by when they are forgotten
--   m2fp:states          hash; how many jobs are in which state
--   m2fp:key:DIGEST      the job that came with this Idempotency-Key
local P = 'm2fp:'

local function job_key(id) return P .. 'job:' .. id end
local function item_key(id, place) return P .. 'item:' .. id .. ':' .. place end
local function member(id, place) return id .. ':' .. place end

local function count_state(state, by)
  redis.call('HINCRBY', P .. 'states', state, by)
end

local function set_state(id, state)
  local old = redis.call('HGET', job_key(id), 'state')
  if old ~= state then
    count_state(old, -1)
    count_state(state, 1)
    redis.call('HSET', job_key(id), 'state', state)
  end
end

-- A job's place in the queue; a job has fewer than a million items.
local function score(number, place)
  return tonumber(number) * 1000000 + tonumber(place)
end

local function enqueue(id, place)
  local number = redis.call('HGET', job_key(id), 'number')
  redis.call('ZADD', P .. 'queue', score(number, place), member(id, place))
end

local function leave(id, place)
  redis.call('ZREM', P .. 'queue', member(id, place))
  redis.call('HDEL', P .. 'running', member(id, place))
  redis.call('ZREM', P .. 'busy:' .. id, place)
end

local function requeue(id, place, attempts)
  leave(id, place)
  redis.call('HSET', item_key(id, place), 'state', 'queued', 'attempts', attempts)
  redis.call('HDEL', item_key(id, place), 'token', 'worker')
  enqueue(id, place)
end

local function close_job(id, state, now)
  local expires = tonumber(now) + tonumber(redis.call('HGET', job_key(id), 'keep_s'))
  set_state(id, state)
  redis.call('HSET', job_key(id), 'finished', now, 'expires', string.format('%.6f', expires))
  redis.call('ZADD', P .. 'ended', string.format('%.6f', expires), id)
end

-- Write an item's outcome, and the job's end if it was the last. `fields` are pairs for HSET.
local function end_item(id, place, failed, now, fields)
  leave(id, place)
  redis.call('HSET', item_key(id, place), 'state', failed and 'failed' or 'succeeded', unpack(fields))
  local done = redis.call('HINCRBY', job_key(id), 'done', 1)
  local failures = redis.call('HINCRBY', job_key(id), 'failed', failed and 1 or 0)
  local total = tonumber(redis.call('HGET', job_key(id), 'total'))
  if done == total then
    local state = 'partial'
    if failures == 0 then state = 'succeeded' elseif failures == total then state = 'failed' end
    close_job(id, state, now)
  end
end

-- Queue an item again that lost its worker, or fail it; whether it is queued.
local function lost(id, place, max_attempts, now, code, message)
  local attempts = tonumber(redis.call('HGET', item_key(id, place), 'attempts'))
  if attempts < tonumber(max_attempts) then
    requeue(id, place, attempts)
    return 1
  end
  end_item(id, place, true, now, {'error_code', code, 'error_message', message})
  -- This outcome is no claim's: who finishes late after all is told so.
  redis.call('HDEL', item_key(id, place), 'token')
  return 0
end

-- Whether the item is running under this claim.
local function holds(id, place, token)
  local row = redis.call('HMGET', item_key(id, place), 'state', 'token')
  return row[1] == 'running' and row[2] == token
end

-- The fields of a job and the name of what is being worked on; nothing when there is no such job.
local function describe(id)
  local fields = redis.call('HGETALL', job_key(id))
  if #fields == 0 then return false end
  local current = false
  local place = redis.call('ZRANGE', P .. 'busy:' .. id, 0, 0)[1]
  if place then current = redis.call('HGET', item_key(id, place), 'display_name') end
  return {fields, current}
end
