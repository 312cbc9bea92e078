-- ARGV: id, place, token, now, failed or '', then pairs for HSET
local id, place = ARGV[1], ARGV[2]
local row = redis.call('HMGET', item_key(id, place), 'state', 'token')
if row[2] ~= ARGV[3] then return 0 end
if row[1] == 'running' then
  local fields = {}
  for at = 6, #ARGV do fields[#fields + 1] = ARGV[at] end
  end_item(id, place, ARGV[5] ~= '', ARGV[4], fields)
end
return 1
