-- How many of a kind a project may have, or each user of a domain. A quota that nobody set has no row; -1 is no limit.
CREATE TABLE quotas (
    scope {text} NOT NULL,
    scope_id {text} NOT NULL,
    quota {text} NOT NULL,
    most BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, quota)
);
