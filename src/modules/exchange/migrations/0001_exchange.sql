CREATE TABLE jobs (
  case_id BIGINT NOT NULL,
  job_key BIGINT NOT NULL,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  service TEXT NOT NULL,
  element TEXT NOT NULL,
  job_type TEXT NOT NULL,
  retries BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  free_at BIGINT NOT NULL,
  worker TEXT NOT NULL,
  lock BIGINT NOT NULL,
  PRIMARY KEY (case_id, job_key)
);

CREATE INDEX jobs_free ON jobs (job_type, free_at, case_id, job_key);

CREATE TABLE awaited_messages (
  case_id BIGINT NOT NULL,
  wait_key BIGINT NOT NULL,
  division TEXT NOT NULL,
  name TEXT NOT NULL,
  correlation TEXT NOT NULL,
  PRIMARY KEY (case_id, wait_key)
);

CREATE INDEX awaited_messages_by_key ON awaited_messages (name, correlation, case_id, wait_key);

CREATE TABLE messages (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  person BIGINT NOT NULL,
  name TEXT NOT NULL,
  correlation TEXT NOT NULL,
  sender_id TEXT NOT NULL,
  variables TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state TEXT NOT NULL
);

CREATE UNIQUE INDEX messages_once ON messages (person, name, correlation, sender_id) WHERE sender_id <> '';

CREATE INDEX messages_kept ON messages (name, correlation, id) WHERE state = 'kept';

CREATE INDEX messages_expiring ON messages (state, expires_at, id);

CREATE TABLE message_deliveries (
  message BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  division TEXT NOT NULL,
  case_number TEXT NOT NULL,
  delivered_at BIGINT NOT NULL,
  PRIMARY KEY (message, case_id)
);
