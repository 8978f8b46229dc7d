CREATE TABLE entities (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  credit_code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  township TEXT NOT NULL,
  address TEXT NOT NULL,
  established_on TEXT NOT NULL,
  sequence BIGINT NOT NULL
);

CREATE UNIQUE INDEX entities_credit_code ON entities (credit_code);

CREATE UNIQUE INDEX entities_living_name ON entities (division, name) WHERE status = 'open';

CREATE INDEX entities_list ON entities (division, id);

CREATE TABLE entity_versions (
  entity BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  division TEXT NOT NULL,
  as_of TEXT NOT NULL,
  known_at BIGINT NOT NULL,
  event TEXT NOT NULL,
  reason TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (entity, sequence)
);

CREATE INDEX entity_versions_as_of ON entity_versions (entity, as_of, known_at);
