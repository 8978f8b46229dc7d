CREATE TABLE entity_statuses (
  entity BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  division TEXT NOT NULL,
  as_of TEXT NOT NULL,
  known_at BIGINT NOT NULL,
  status TEXT NOT NULL,
  PRIMARY KEY (entity, sequence)
);

INSERT INTO entity_statuses (entity, sequence, division, as_of, known_at, status)
SELECT entity, sequence, division, as_of, known_at,
  CASE event WHEN 'established' THEN 'open' ELSE event END
FROM entity_versions WHERE event IN ('established', 'deregistered', 'revoked')
