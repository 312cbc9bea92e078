-- ARGV: worker, token, lease_s, the wanted ID:PLACE or ''
-- Returns nothing, or {id, place, attempt, input_key, display_name, options}.
local wanted = ARGV[4]
if wanted == '' then
  wanted = redis.call('ZRANGE', P .. 'queue', 0, 0)[1]
elseif not redis.call('ZSCORE', P .. 'queue', wanted) then
  wanted = nil
end
if not wanted then return false end
local id, place = string.match(wanted, '^(.*):(%d+)$')
leave(id, place)
local item = item_key(id, place)
local attempt = redis.call('HINCRBY', item, 'attempts', 1)
redis.call('HSET', item, 'state', 'running', 'worker', ARGV[1], 'token', ARGV[2], 'beat', 0,
  'lease_s', ARGV[3])
redis.call('HSET', P .. 'running', wanted, ARGV[2] .. ' 0 ' .. ARGV[3])
redis.call('ZADD', P .. 'busy:' .. id, place, place)
set_state(id, 'running')
local about = redis.call('HMGET', item, 'input_key', 'display_name')
return {id, place, attempt, about[1], about[2], redis.call('HGET', job_key(id), 'options')}
