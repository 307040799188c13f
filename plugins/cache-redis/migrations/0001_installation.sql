-- expand
-- What all replicas on this store put into the names of their entries in Redis, so that another installation has other names.
CREATE TABLE cache_redis_installation (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);
