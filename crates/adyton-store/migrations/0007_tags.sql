-- Tags of services. Not in the live state; a change of them is a change of their service.
CREATE TABLE service_tags (
    service_id {text} NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (service_id, key)
);
CREATE INDEX service_tags_by_key ON service_tags (key, value);
