-- Returns {queued, running, when the first queued job was made or '', states and counts}.
local first = redis.call('ZRANGE', P .. 'queue', 0, 0)[1]
local created = ''
if first then created = redis.call('HGET', job_key(string.match(first, '^(.*):%d+$')), 'created') end
return {redis.call('ZCARD', P .. 'queue'), redis.call('HLEN', P .. 'running'), created,
  redis.call('HGETALL', P .. 'states')}
