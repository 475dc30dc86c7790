-- Admit a request against all its bounds, or change nothing.
--
-- KEYS: the record, then one for each charge.
-- ARGV: id, lease, time to keep the record (0: none), tokens held; then kind, limit, window, buckets and
--       amount of each charge. Kinds: `c` concurrent, `p` looked at but not charged, all else windows.
-- Returns: 1 or 0, the time; then used, milliseconds to the reset and to a fit (0: it fits) of each charge.

local id, lease, ttl, held = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = clock()
local fits, all = 1, {}

for n = 1, #KEYS - 1 do
  local at = 5 * n
  local one = { kind = ARGV[at], limit = tonumber(ARGV[at + 1]), amount = tonumber(ARGV[at + 4]), wait = 0 }
  local window, buckets = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  if one.kind == 'c' then
    one.used = leases(KEYS[n + 1], now, lease)
  else
    one.c = counter(KEYS[n + 1], now, window, buckets)
    one.used = one.c.s
  end
  if one.used + one.amount > one.limit then
    fits = 0
    one.wait = one.c and wait(one.c, now, one.amount, one.limit) or 1000
  end
  all[n] = one
end

local out = { fits, now }
for n, one in ipairs(all) do
  if fits == 1 then
    if one.kind == 'c' then
      take(KEYS[n + 1], id, now, lease)
      one.used = one.used + 1
    elseif one.kind ~= 'p' then
      charge(one.c, one.amount)
      one.used = one.c.s
    end
  end
  out[#out + 1] = one.used
  out[#out + 1] = one.c and reset(one.c, now) or 0
  out[#out + 1] = one.wait
end
if fits == 1 and ttl > 0 then
  keep(KEYS[1], now, held, 0, ttl)
end
return out
