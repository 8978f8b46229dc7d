ALTER TABLE certificates ADD COLUMN details TEXT NOT NULL DEFAULT '{}';

ALTER TABLE certificates ADD COLUMN status_since TEXT NOT NULL DEFAULT '';

ALTER TABLE certificates ADD COLUMN status_reason TEXT NOT NULL DEFAULT '';

DROP INDEX certificates_number;

CREATE UNIQUE INDEX certificates_in_force ON certificates (kind, number) WHERE status IN ('valid', 'suspended')
