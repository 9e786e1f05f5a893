-- The first schema. One text for both databases: {bytes}, {identity} and {text} are the words that differ.
-- Times are microseconds since 1970; ids are their canonical text; {text} sorts byte by byte.

-- The one row that every write updates first: it gives the revision and puts writes in a row.
CREATE TABLE feed (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL,
    -- Changes up to this revision are not kept any more.
    compacted BIGINT NOT NULL
);
INSERT INTO feed (id, revision, compacted) VALUES (1, 0, 0);

-- What each revision changed. An entity that is not in its table any more is gone.
CREATE TABLE changes (
    revision BIGINT NOT NULL,
    kind {text} NOT NULL,
    entity {text} NOT NULL,
    PRIMARY KEY (revision, kind, entity)
);

-- A known text sealed with the master key: another key does not open it.
CREATE TABLE master_key_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sealed {bytes} NOT NULL
);

CREATE TABLE domains (
    id {text} PRIMARY KEY,
    name {text} NOT NULL UNIQUE
);

CREATE TABLE projects (
    id {text} PRIMARY KEY,
    domain_id {text} NOT NULL REFERENCES domains (id),
    name {text} NOT NULL,
    UNIQUE (domain_id, name)
);

CREATE TABLE users (
    id {text} PRIMARY KEY,
    domain_id {text} NOT NULL REFERENCES domains (id),
    name {text} NOT NULL,
    enabled BOOLEAN NOT NULL,
    token_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

-- Apart from users, so that nothing reads a hash that does not verify a password.
CREATE TABLE passwords (
    user_id {text} PRIMARY KEY REFERENCES users (id),
    hash {text} NOT NULL
);

CREATE TABLE role_assignments (
    user_id {text} NOT NULL REFERENCES users (id),
    role {text} NOT NULL,
    -- `domain` or `project`, and which.
    scope {text} NOT NULL,
    scope_id {text} NOT NULL,
    PRIMARY KEY (user_id, role, scope, scope_id)
);

CREATE TABLE access_keys (
    id {text} PRIMARY KEY,
    user_id {text} NOT NULL REFERENCES users (id),
    sealed {bytes} NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    description {text} NOT NULL
);
CREATE INDEX access_keys_of_user ON access_keys (user_id);

CREATE TABLE apps (
    id {text} PRIMARY KEY,
    project_id {text} NOT NULL REFERENCES projects (id),
    name {text} NOT NULL,
    remark {text} NOT NULL,
    app_key {text} NOT NULL UNIQUE,
    sealed {bytes} NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE app_codes (
    id {text} PRIMARY KEY,
    app_id {text} NOT NULL REFERENCES apps (id),
    digest {text} NOT NULL UNIQUE,
    sealed {bytes} NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX app_codes_of_app ON app_codes (app_id);

CREATE TABLE models (
    id {text} PRIMARY KEY,
    project_id {text} NOT NULL REFERENCES projects (id),
    name {text} NOT NULL,
    version {text} NOT NULL,
    -- The version as a number, so that 0.0.10 comes after 0.0.9.
    version_order BIGINT NOT NULL,
    status {text} NOT NULL,
    failure {text} NOT NULL,
    package {text},
    size BIGINT NOT NULL,
    source_location {text} NOT NULL,
    description {text} NOT NULL,
    -- ModelSpec as JSON.
    spec {text},
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, name, version)
);
CREATE INDEX models_of_package ON models (package);
CREATE INDEX models_by_status ON models (status);

CREATE TABLE services (
    id {text} PRIMARY KEY,
    project_id {text} NOT NULL REFERENCES projects (id),
    name {text} NOT NULL,
    description {text} NOT NULL,
    api_id {text} NOT NULL UNIQUE,
    wanted {text} NOT NULL,
    -- The versions as JSON; service_models has their models again, for look-ups.
    versions {text} NOT NULL,
    calls_per_second BIGINT,
    app_auth BOOLEAN NOT NULL,
    app_code BOOLEAN NOT NULL,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    owner {text} NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE service_models (
    service_id {text} NOT NULL REFERENCES services (id),
    model_id {text} NOT NULL REFERENCES models (id),
    PRIMARY KEY (service_id, model_id)
);
CREATE INDEX service_models_of_model ON service_models (model_id);

CREATE TABLE authorisations (
    id {text} PRIMARY KEY,
    project_id {text} NOT NULL REFERENCES projects (id),
    app_id {text} NOT NULL REFERENCES apps (id),
    api_id {text} NOT NULL REFERENCES services (api_id),
    created_at BIGINT NOT NULL,
    UNIQUE (app_id, api_id)
);
CREATE INDEX authorisations_of_api ON authorisations (api_id);
CREATE INDEX authorisations_of_project ON authorisations (project_id);

-- No reference to the service: an event may arrive just after its service has gone.
CREATE TABLE service_events (
    id {identity},
    service_id {text} NOT NULL,
    at BIGINT NOT NULL,
    kind {text} NOT NULL,
    body {text} NOT NULL
);
CREATE INDEX service_events_of_service ON service_events (service_id, at);
CREATE INDEX service_events_by_time ON service_events (at);

CREATE TABLE service_updates (
    service_id {text} NOT NULL REFERENCES services (id),
    generation BIGINT NOT NULL,
    at BIGINT NOT NULL,
    result {text} NOT NULL,
    versions {text} NOT NULL,
    PRIMARY KEY (service_id, generation)
);

CREATE TABLE revoked_tokens (
    id {text} PRIMARY KEY,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_end ON revoked_tokens (expires_at);

CREATE TABLE token_keys (
    id BIGINT PRIMARY KEY,
    sealed {bytes} NOT NULL,
    created_at BIGINT NOT NULL
);
