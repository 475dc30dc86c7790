-- The end of a request: give back what it held and did not use, charge what it used beyond, free its place.
-- Once only: without its record nothing is charged or given back.
--
-- KEYS: the record, then one for each charge.
-- ARGV: id, used, blocks; then kind, window and buckets of each charge.
-- Returns 1, or 0 where the record is unknown.

local id, used, blocks = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = clock()
local mine = record(KEYS[1])
redis.call('DEL', KEYS[1])

for n = 1, #KEYS - 1 do
  local at = 1 + 3 * n
  local kind, key = ARGV[at], KEYS[n + 1]
  if kind == 'c' then
    redis.call('ZREM', key, id)
  elseif mine and (kind == 't' or (kind == 'p' and blocks > 0)) then
    local c = counter(key, now, tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
    if kind == 'p' then
      charge(c, blocks)
    else
      local more = math.max(used - mine.used, 0)
      refund(c, mine.at, refundable(c, mine.at, math.max(mine.held - more, 0)))
      charge(c, math.max(more - mine.held, 0))
    end
  end
end
return mine and 1 or 0
