-- ARGV: id. Returns whether there was such a job.
local id = ARGV[1]
local row = redis.call('HMGET', job_key(id), 'state', 'total', 'key')
if not row[1] then return 0 end
for place = 0, tonumber(row[2]) - 1 do
  leave(id, place)
  redis.call('DEL', item_key(id, place))
end
count_state(row[1], -1)
if row[3] ~= '' then redis.call('DEL', P .. 'key:' .. row[3]) end
redis.call('ZREM', P .. 'ended', id)
redis.call('ZREM', P .. 'tombs', id)
redis.call('SREM', P .. 'purge', id)
redis.call('DEL', job_key(id))
return 1
