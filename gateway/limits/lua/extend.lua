-- A request that goes on: what it has used so far is used as of now, what it still holds is held as of
-- now, and it holds `want` if that fits.
--
-- KEYS: the record, then one for each charge.
-- ARGV: id, lease, time to keep the record, used, want; then kind, limit, window and buckets of each charge.
-- Returns 1, or 0 where more is used or wanted than fits; -1 where the record is unknown.

local id, lease, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local used, want = tonumber(ARGV[4]), tonumber(ARGV[5])
local now = clock()
local mine = record(KEYS[1])
local all = {}

for n = 1, #KEYS - 1 do
  local at = 2 + 4 * n
  local kind = ARGV[at]
  if kind == 'c' then
    leases(KEYS[n + 1], now, lease)
    take(KEYS[n + 1], id, now, lease)
  elseif kind == 't' and mine then
    local c = counter(KEYS[n + 1], now, tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]))
    all[#all + 1] = { c = c, limit = tonumber(ARGV[at + 1]), back = refundable(c, mine.at, mine.held) }
  end
end
if not mine then
  return -1
end

local more = math.max(used - mine.used, 0)
local rest = math.max(mine.held - more, 0)
local target, within = math.max(rest, want), 1
for _, one in ipairs(all) do
  if more + target > mine.held and one.c.s - one.back + more + target > one.limit then
    target, within = rest, 0
    break
  end
end
for _, one in ipairs(all) do
  refund(one.c, mine.at, one.back)
  charge(one.c, more + target)
end
keep(KEYS[1], now, target, math.max(used, mine.used), ttl)
return within
