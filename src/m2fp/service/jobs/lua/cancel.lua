-- ARGV: id, now. Returns 1: cancelled; else nothing has changed.
local id = ARGV[1]
local state = redis.call('HGET', job_key(id), 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
local ended = 0
for place = 0, tonumber(redis.call('HGET', job_key(id), 'total')) - 1 do
  local item = item_key(id, place)
  local at = redis.call('HGET', item, 'state')
  if at == 'queued' or at == 'running' then
    leave(id, place)
    -- Without its token a claim is lost: the next renewal stops the work.
    redis.call('HSET', item, 'state', 'cancelled')
    redis.call('HDEL', item, 'token')
    ended = ended + 1
  end
end
redis.call('HINCRBY', job_key(id), 'done', ended)
close_job(id, 'cancelled', ARGV[2])
return 1
