-- ARGV: now. Returns the jobs whose blobs are to be deleted; a thousand expire at once at most.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'ended', '-inf', ARGV[1], 'LIMIT', 0, 1000)) do
  local row = redis.call('HMGET', job_key(id), 'total', 'key')
  for place = 0, tonumber(row[1]) - 1 do redis.call('DEL', item_key(id, place)) end
  if row[2] ~= '' then redis.call('DEL', P .. 'key:' .. row[2]) end
  redis.call('HSET', job_key(id), 'key', '')
  set_state(id, 'expired')
  redis.call('ZREM', P .. 'ended', id)
  redis.call('SADD', P .. 'purge', id)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'tombs', '-inf', ARGV[1])) do
  redis.call('ZREM', P .. 'tombs', id)
  redis.call('DEL', job_key(id))
  count_state('expired', -1)
end
return redis.call('SMEMBERS', P .. 'purge')
