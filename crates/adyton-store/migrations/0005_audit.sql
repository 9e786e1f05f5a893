-- The audit trail: one row a management call. It is not in the live state, so its rows take no revision. `shelf` says which rows
-- share room: 0 changes, 1 sign-ins and refused calls of proven callers, 2 strangers.
CREATE TABLE audit (
    id {identity},
    request_id {text} NOT NULL,
    at BIGINT NOT NULL,
    shelf BIGINT NOT NULL,
    domain_id {text},
    project_id {text},
    caller_id {text} NOT NULL,
    caller_name {text} NOT NULL,
    operation {text} NOT NULL,
    thing_id {text} NOT NULL,
    thing_name {text} NOT NULL,
    refused BOOLEAN NOT NULL,
    body {text} NOT NULL
);
CREATE INDEX audit_of_request ON audit (request_id);
CREATE INDEX audit_of_project ON audit (project_id, id);
CREATE INDEX audit_of_domain ON audit (domain_id, id);
CREATE INDEX audit_of_shelf ON audit (shelf, id);
CREATE INDEX audit_by_time ON audit (at);
