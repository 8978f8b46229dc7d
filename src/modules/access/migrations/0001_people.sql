CREATE TABLE offices (
  division TEXT NOT NULL,
  code TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  PRIMARY KEY (division, code)
);

CREATE TABLE people (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  is_staff BIGINT NOT NULL,
  name TEXT NOT NULL,
  citizen_id_hash TEXT,
  citizen_id_sealed TEXT NOT NULL,
  citizen_id_masked TEXT NOT NULL,
  phone_sealed TEXT NOT NULL,
  phone_masked TEXT NOT NULL,
  account TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  roles TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT
);

CREATE UNIQUE INDEX people_account ON people (account);

CREATE UNIQUE INDEX people_citizen_id ON people (citizen_id_hash);

CREATE TABLE sessions (
  token_hash TEXT NOT NULL PRIMARY KEY,
  id BIGINT NOT NULL,
  division TEXT NOT NULL,
  person BIGINT NOT NULL,
  csrf TEXT NOT NULL,
  remote TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);

CREATE INDEX sessions_person ON sessions (person, created_at);

CREATE TABLE sign_in_failures (
  subject TEXT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  failures BIGINT NOT NULL,
  failed_at BIGINT NOT NULL
);
