ALTER TABLE certificates ADD COLUMN expiry_told BIGINT NOT NULL DEFAULT 0;

CREATE INDEX certificates_expiring ON certificates (valid_to) WHERE expiry_told = 0 AND valid_to <> ''
