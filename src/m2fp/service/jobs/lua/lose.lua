-- ARGV: id, place, token, beat or '', max attempts, now, code, message
-- Returns 1: queued again, 0: failed, -1: the claim is another one or was renewed.
local id, place = ARGV[1], ARGV[2]
if not holds(id, place, ARGV[3]) then return -1 end
if ARGV[4] ~= '' and redis.call('HGET', item_key(id, place), 'beat') ~= ARGV[4] then return -1 end
return lost(id, place, ARGV[5], ARGV[6], ARGV[7], ARGV[8])
