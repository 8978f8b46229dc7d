CREATE TABLE park_hosts (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  entity BIGINT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  contact TEXT NOT NULL,
  capacity BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  sequence BIGINT NOT NULL
);

CREATE UNIQUE INDEX park_hosts_entity ON park_hosts (division, entity);

CREATE TABLE park_members (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  host BIGINT NOT NULL,
  entity BIGINT NOT NULL,
  name TEXT NOT NULL,
  credit_code TEXT NOT NULL,
  industry TEXT NOT NULL,
  contact TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  ended_on TEXT,
  reason TEXT NOT NULL
);

CREATE INDEX park_members_host ON park_members (host, id);

CREATE UNIQUE INDEX park_members_entity ON park_members (division, entity) WHERE ended_on IS NULL;

CREATE TABLE park_forwardings (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  host BIGINT NOT NULL,
  member BIGINT NOT NULL,
  title TEXT NOT NULL,
  sender TEXT NOT NULL,
  received_on TEXT NOT NULL,
  forwarded_on TEXT,
  method TEXT NOT NULL,
  proof TEXT NOT NULL,
  by_person BIGINT NOT NULL
);

CREATE INDEX park_forwardings_host ON park_forwardings (host, id);

CREATE TABLE park_checks (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  host BIGINT NOT NULL,
  member BIGINT NOT NULL,
  checked_on TEXT NOT NULL,
  method TEXT NOT NULL,
  reached BIGINT NOT NULL,
  note TEXT NOT NULL,
  by_person BIGINT NOT NULL
);

CREATE INDEX park_checks_member ON park_checks (member, checked_on, id);
