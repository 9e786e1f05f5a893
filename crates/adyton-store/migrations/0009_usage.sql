-- What each instance of a service took of the machine in the time of a row. Of older rows nobody knows.
ALTER TABLE service_minutes ADD COLUMN used {text} NOT NULL DEFAULT '{}';
