-- ARGV: id, seconds for which it is still told that there was a job
if redis.call('SREM', P .. 'purge', ARGV[1]) == 1 then
  local expires = tonumber(redis.call('HGET', job_key(ARGV[1]), 'expires'))
  redis.call('ZADD', P .. 'tombs', string.format('%.6f', expires + tonumber(ARGV[2])), ARGV[1])
end
return 1
