-- What became of each service's requests, counted by the minute and later by the quarter of an hour, by each node. Not in the
-- live state, so its rows take no revision.
CREATE TABLE service_minutes (
    service_id {text} NOT NULL,
    span BIGINT NOT NULL,
    at BIGINT NOT NULL,
    node BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    instances BIGINT NOT NULL,
    failures {text} NOT NULL,
    took {text} NOT NULL,
    PRIMARY KEY (service_id, span, at, node)
);
CREATE INDEX service_minutes_by_time ON service_minutes (at);
