CREATE TABLE case_values (
  case_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  place BIGINT NOT NULL,
  division TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (case_id, name, place)
);

CREATE INDEX case_values_found ON case_values (name, value, case_id);

CREATE TABLE index_grounds (
  service TEXT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  done_to BIGINT NOT NULL,
  finished BIGINT NOT NULL
);
