-- Time that no clock can turn back, and which program made a schema.

-- For how long servers have run on this database, in microseconds. It never runs faster than time does, whatever the
-- clocks of the machines say; so what must be kept for a span is kept for that span of it.
CREATE TABLE uptime (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    lived BIGINT NOT NULL
);
INSERT INTO uptime (id, lived) VALUES (1, 0);

-- `uptime.lived` when the key was made.
ALTER TABLE token_keys ADD COLUMN made_lived BIGINT NOT NULL DEFAULT 0;

-- The newest token key when the token was revoked: no later one has sealed it.
ALTER TABLE revoked_tokens ADD COLUMN newest_key BIGINT NOT NULL DEFAULT 0;
UPDATE revoked_tokens SET newest_key = (SELECT COALESCE(MAX(id), 0) FROM token_keys);

-- The version of the program that made this version of the schema; empty for those from before this column.
ALTER TABLE schema_version ADD COLUMN program {text} NOT NULL DEFAULT '';
