"""What the shared server runs in one step, by its own clock: nobody's view of the time counts but its."""

from __future__ import annotations

from typing import Final

PAGE: Final = """
local function page(span, now)
  local day = math.floor(now / 86400)
  if span == 'day' then return day * 86400 end
  if span ~= 'month' then return 0 end
  local z = day + 719468
  local doe = z % 146097
  local yoe = math.floor(
    (doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  return (day - (doy - math.floor((153 * mp + 2) / 5))) * 86400
end
"""
"""When the page of a span began, Unix seconds; of a month by its day in the Gregorian calendar
(H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days)."""

SCRIPT: Final = (
    PAGE
    + """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1e6
local mode, id, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local accounts = {}
for i = 1, #KEYS / 2 do
  local reserved, taken, amount, leak, per, ttl = unpack(ARGV, i * 6 - 2, i * 6 + 3)
  local account = {used = KEYS[i * 2 - 1], held = KEYS[i * 2], reserved = reserved, ttl = ttl,
    taken = tonumber(taken), amount = tonumber(amount), kind = string.match(per, ' (%a+)')}
  local kept = redis.call('HMGET', account.used, 'used', 'at')
  local used, at = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
  if at < page(string.match(per, '%a+'), now) then
    used = 0
    redis.call('DEL', account.held)
  end
  for _, lost in ipairs(redis.call('ZRANGEBYSCORE', account.held, '-inf', now)) do
    used = used - tonumber(string.match(lost, '[^:]+$'))
  end
  redis.call('ZREMRANGEBYSCORE', account.held, '-inf', now)
  account.now = math.max(0, used - tonumber(leak) * math.max(0, now - at))
  accounts[i] = account
end
local function keep(account, used)
  redis.call('HSET', account.used, 'used', tostring(math.max(0, used)), 'at', tostring(now))
  redis.call('EXPIRE', account.used, account.ttl)
end
local function lend(account, member, seconds)
  redis.call('ZADD', account.held, now + seconds, member)
  redis.call('EXPIRE', account.held, account.ttl)
end
local refused = 0
for i, account in ipairs(accounts) do
  local wanted = tonumber(account.reserved)
  local over = account.now + wanted > account.amount or (wanted == 0 and account.now >= account.amount)
  if mode == 'reserve' and over and refused == 0 then refused = i end
end
for _, account in ipairs(accounts) do
  local reserved, change = tonumber(account.reserved), 0
  local member, once = id .. ':' .. account.reserved, id .. '!:0'
  if mode == 'reserve' and refused == 0 then
    change = reserved
    if account.kind == 'leased' then lend(account, member, lease) end
    if account.kind == 'final' then lend(account, once, 60) end
  elseif mode == 'settle' and not account.kind then
    change = account.taken - reserved
  elseif mode == 'settle' and not redis.call('ZSCORE', account.held, once) then
    change = account.taken
    if redis.call('ZREM', account.held, member) == 1 then change = change - reserved end
    lend(account, once, 60)
  end
  keep(account, account.now + change)
end
if refused == 0 then return {0, '0', tostring(now)} end
return {refused, tostring(accounts[refused].now), tostring(now)}
"""
)
"""Looks at every account before it adds to any.

An account is what is used at some time, and what of that is reserved until when. Keys are two for each: of
what is used, and of what is held. Arguments are `reserve` or `settle`, the reservation's id and its lease in
seconds; then for each account what is reserved and what was taken, the amount, the leak, the span and, of a
page, whether it is `leased` or `final`, and the seconds after which an idle account is forgotten. The answer
is the first account that is over, or 0, with what is used of it and the time. What is final is settled only
where nobody knows whether it was reserved, and then counts once.
"""
