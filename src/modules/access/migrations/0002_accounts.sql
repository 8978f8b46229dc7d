ALTER TABLE people ADD COLUMN second_factor_sealed TEXT;

ALTER TABLE people ADD COLUMN second_factor_pending TEXT;

ALTER TABLE people ADD COLUMN second_factor_step BIGINT NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

CREATE TABLE recovery_codes (
  code_hash TEXT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  person BIGINT NOT NULL
);

CREATE INDEX recovery_codes_person ON recovery_codes (person);

CREATE TABLE disclosures (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  person BIGINT NOT NULL,
  reader BIGINT NOT NULL,
  record_kind TEXT NOT NULL,
  record BIGINT NOT NULL,
  reason TEXT NOT NULL,
  disclosed_at BIGINT NOT NULL
);

CREATE INDEX disclosures_person ON disclosures (person, id);
