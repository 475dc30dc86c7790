-- Shared by the scripts: a counter is a window of whole buckets, the oldest of them counted in full.
--
-- It is a hash: `s` the sum, `lo` the oldest bucket that may be in it, `hi` the newest, and under each
-- bucket's number its amount. Redis' own clock decides; those of the gateways never matter.

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A clock that was set back: all that is counted counts as of now, so that it is gone after one window.
local function rebase(c)
  redis.call('DEL', c.key)
  if c.s > 0 then
    redis.call('HSET', c.key, 's', c.s, 'lo', c.cur, 'hi', c.cur, c.cur, c.s)
    redis.call('PEXPIRE', c.key, 2 * c.window)
  end
  c.lo, c.hi, c.old = c.cur, c.cur, nil
end

local function forget(c, keep)
  if c.hi < keep then
    redis.call('DEL', c.key)
    c.s, c.hi, c.old = 0, c.cur, nil
  else
    local old = {}
    for bucket = c.lo, keep - 1 do
      old[#old + 1] = bucket
    end
    for _, amount in ipairs(redis.call('HMGET', c.key, unpack(old))) do
      c.s = c.s - (tonumber(amount or 0) or 0)
    end
    redis.call('HDEL', c.key, unpack(old))
    redis.call('HSET', c.key, 's', c.s, 'lo', keep)
  end
  c.lo = keep
end

-- The counter as it stands now, without what has left its window.
local function counter(key, now, window, buckets)
  local width = window / buckets
  local had = redis.call('HMGET', key, 's', 'lo', 'hi')
  local cur = math.floor(now / width)
  local c = { key = key, old = had[1] and tonumber(had[3]), window = window, buckets = buckets, width = width, cur = cur,
              s = tonumber(had[1] or 0), lo = tonumber(had[2] or cur), hi = tonumber(had[3] or cur) }
  if c.hi > cur + 2 then
    rebase(c)
  elseif c.hi > cur then
    c.cur = c.hi
  end
  if c.lo < c.cur - buckets then
    forget(c, c.cur - buckets)
  end
  return c
end

local function charge(c, amount)
  if amount == 0 then
    return
  end
  c.s, c.hi = c.s + amount, c.cur
  redis.call('HINCRBY', c.key, c.cur, amount)
  if c.old == c.cur then -- once for each bucket is enough
    redis.call('HSET', c.key, 's', c.s)
  else
    redis.call('HSET', c.key, 's', c.s, 'lo', c.lo, 'hi', c.hi)
    redis.call('PEXPIRE', c.key, 2 * c.window)
    c.old = c.cur
  end
end

-- What can be taken back of what was charged at a time: nothing, once that has left the window.
local function refundable(c, at, amount)
  local there = redis.call('HGET', c.key, math.floor(at / c.width))
  return math.max(0, math.min(amount, tonumber(there or 0), c.s))
end

local function refund(c, at, amount)
  if amount > 0 then
    c.s = c.s - amount
    redis.call('HINCRBY', c.key, math.floor(at / c.width), -amount)
    redis.call('HSET', c.key, 's', c.s)
  end
end

-- Milliseconds until all is free again.
local function reset(c, now)
  return c.s > 0 and (c.hi + c.buckets + 1) * c.width - now or 0
end

-- Milliseconds until so much fits; -1: never.
local function wait(c, now, amount, limit)
  if amount > limit then
    return -1
  end
  local all, left = {}, c.s
  for bucket = c.lo, c.cur do
    all[#all + 1] = bucket
  end
  for at, there in ipairs(redis.call('HMGET', c.key, unpack(all))) do
    left = left - tonumber(there or 0)
    if left + amount <= limit then
      return (all[at] + c.buckets + 1) * c.width - now
    end
  end
  return c.window
end

-- The lease set without those that have ended, or end later than any clock would have it.
local function leases(key, now, lease)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', key, '(' .. string.format('%.0f', now + 2 * lease), '+inf')
  return redis.call('ZCARD', key)
end

local function take(key, id, now, lease)
  redis.call('ZADD', key, now + lease, id)
  redis.call('PEXPIRE', key, 2 * lease)
end

-- A record: when its tokens were charged, how many of them are only held, how many are used.
local function record(key)
  local found = redis.call('GET', key)
  if not found then
    return nil
  end
  local at, held, used = string.match(found, '^(%d+):(%d+):(%d+)$')
  return { at = tonumber(at), held = tonumber(held), used = tonumber(used) }
end

local function keep(key, at, held, used, ttl)
  redis.call('SET', key, string.format('%.0f:%.0f:%.0f', at, held, used), 'PX', ttl)
end
