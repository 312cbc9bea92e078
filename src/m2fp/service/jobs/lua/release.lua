-- ARGV: id, place, token
if not holds(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
local attempts = tonumber(redis.call('HGET', item_key(ARGV[1], ARGV[2]), 'attempts'))
requeue(ARGV[1], ARGV[2], attempts - 1)
return 1
