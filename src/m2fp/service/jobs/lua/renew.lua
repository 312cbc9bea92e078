-- ARGV: id, place, token
if not holds(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
local item = item_key(ARGV[1], ARGV[2])
local beat = redis.call('HINCRBY', item, 'beat', 1)
redis.call('HSET', P .. 'running', member(ARGV[1], ARGV[2]),
  ARGV[3] .. ' ' .. beat .. ' ' .. redis.call('HGET', item, 'lease_s'))
return 1
