CREATE TABLE blank_ranges (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  kind TEXT NOT NULL,
  place BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  digits BIGINT NOT NULL,
  first_number BIGINT NOT NULL,
  last_number BIGINT NOT NULL,
  next_number BIGINT NOT NULL,
  received_on TEXT NOT NULL,
  received_by BIGINT NOT NULL,
  remark TEXT NOT NULL
);

CREATE INDEX blank_ranges_serials ON blank_ranges (kind, prefix, digits, first_number);

CREATE INDEX blank_ranges_place ON blank_ranges (division, office, kind, place, first_number);

CREATE TABLE blanks (
  kind TEXT NOT NULL,
  prefix TEXT NOT NULL,
  digits BIGINT NOT NULL,
  number BIGINT NOT NULL,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  range_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  print BIGINT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_person BIGINT NOT NULL,
  PRIMARY KEY (kind, prefix, digits, number)
);

CREATE INDEX blanks_range ON blanks (range_id, number);

CREATE TABLE prints (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  certificate BIGINT NOT NULL,
  document BIGINT NOT NULL,
  kind TEXT NOT NULL,
  serial TEXT NOT NULL,
  kiosk BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  by_person BIGINT NOT NULL
);

CREATE INDEX prints_case ON prints (case_id, id);

CREATE TABLE kiosks (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  name TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  closed_at BIGINT
);

CREATE UNIQUE INDEX kiosks_key ON kiosks (key_hash);

CREATE TABLE pick_ups (
  case_id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  applicant BIGINT NOT NULL,
  code_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  wrong_tries BIGINT NOT NULL
);

CREATE INDEX pick_ups_code ON pick_ups (code_hash);

CREATE TABLE kiosk_tickets (
  token_hash TEXT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  kiosk BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE deliveries (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  applicant BIGINT NOT NULL,
  entity BIGINT NOT NULL,
  way TEXT NOT NULL,
  state TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  previous BIGINT NOT NULL,
  repeated BIGINT NOT NULL,
  certificates TEXT NOT NULL,
  recipient TEXT NOT NULL,
  relation TEXT NOT NULL,
  identity_end TEXT NOT NULL,
  address TEXT NOT NULL,
  consented BIGINT NOT NULL,
  carrier TEXT NOT NULL,
  tracking TEXT NOT NULL,
  reason TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  dispatched_at BIGINT,
  ended_at BIGINT,
  by_person BIGINT NOT NULL,
  sequence BIGINT NOT NULL
);

CREATE INDEX deliveries_case ON deliveries (case_id, id);

CREATE INDEX deliveries_state ON deliveries (division, state, id);

CREATE INDEX deliveries_entity ON deliveries (entity, state, id);
