-- Why an update failed; empty for one that has not, and for one that was overtaken or interrupted by another change.
ALTER TABLE service_updates ADD COLUMN cause {text} NOT NULL DEFAULT '';
