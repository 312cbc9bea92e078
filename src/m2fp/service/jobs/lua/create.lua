-- ARGV: id, owner, options, now, keep_s, digest, key, then per item: name, input key, size, sha256
-- Returns {'conflict'} or {'job', describe(...)}.
local id, key = ARGV[1], ARGV[7]
local known = redis.call('EXISTS', job_key(id)) == 1 and id
if not known and key ~= '' then known = redis.call('GET', P .. 'key:' .. key) end
if known then
  if redis.call('HGET', job_key(known), 'digest') ~= ARGV[6] then return {'conflict'} end
  return {'job', describe(known)}
end
local total = (#ARGV - 7) / 4
redis.call('HSET', job_key(id), 'id', id, 'owner', ARGV[2], 'options', ARGV[3], 'state', 'queued',
  'created', ARGV[4], 'keep_s', ARGV[5], 'digest', ARGV[6], 'key', key,
  'number', redis.call('INCR', P .. 'number'), 'total', total, 'done', 0, 'failed', 0)
count_state('queued', 1)
for place = 0, total - 1 do
  local at = 8 + place * 4
  redis.call('HSET', item_key(id, place), 'display_name', ARGV[at], 'input_key', ARGV[at + 1],
    'size', ARGV[at + 2], 'sha256', ARGV[at + 3], 'state', 'queued', 'attempts', 0)
  enqueue(id, place)
end
if key ~= '' then redis.call('SET', P .. 'key:' .. key, id) end
return {'job', describe(id)}
