package dev.gatehouse.waf.redis;

/**
 * What Redis does for a record, as scripts, so that each is one atomic step. A record is a hash: {@code v:name} are values,
 * {@code x:name} when they expire, {@code created}, {@code updated} and {@code updates} are the record's own; times are milliseconds of
 * Redis' clock, which is the same for all replicas.
 */
final class CollectionScripts {
    /** KEYS: the record. Replies with the time and the hash. */
    static final String LOAD = """
            local t = redis.call('TIME')
            return {t[1] * 1000 + math.floor(t[2] / 1000), redis.call('HGETALL', KEYS[1])}
            """;

    /**
     * KEYS: the record. ARGV: the timeout in milliseconds, the most values, and then three for each change: what to do, the value's name
     * and its operand. An expired value counts as gone. Numbers saturate where a double would lose count.
     */
    static final String CHANGE = """
            local key, most = KEYS[1], tonumber(ARGV[2])
            local t = redis.call('TIME')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            local limit = 9007199254740991
            local function live(name)
              local x = redis.call('HGET', key, 'x:' .. name)
              if x and tonumber(x) <= now then
                redis.call('HDEL', key, 'v:' .. name, 'x:' .. name)
              end
              return redis.call('HGET', key, 'v:' .. name)
            end
            local function put(name, value, old)
              if old or redis.call('HLEN', key) < 2 * most then
                redis.call('HSET', key, 'v:' .. name, value)
              end
            end
            redis.call('HSETNX', key, 'created', string.format('%.0f', now))
            for i = 3, #ARGV, 3 do
              local what, name, operand = ARGV[i], ARGV[i + 1], ARGV[i + 2]
              local old = live(name)
              if what == 'set' then
                put(name, operand, old)
              elseif what == 'add' then
                local sum = (tonumber(string.match(old or '', '^%s*[-+]?%d+') or '0') or 0) + tonumber(operand)
                sum = math.max(-limit, math.min(limit, sum))
                put(name, string.format('%.0f', sum), old)
              elseif what == 'remove' then
                redis.call('HDEL', key, 'v:' .. name, 'x:' .. name)
              elseif what == 'expire' and old then
                redis.call('HSET', key, 'x:' .. name, string.format('%.0f', now + tonumber(operand)))
              end
            end
            redis.call('HSET', key, 'updated', string.format('%.0f', now))
            redis.call('HINCRBY', key, 'updates', 1)
            redis.call('PEXPIRE', key, ARGV[1])
            return 1
            """;

    private CollectionScripts() {}
}
