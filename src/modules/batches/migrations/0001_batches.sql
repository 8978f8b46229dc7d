CREATE TABLE batches (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  person BIGINT NOT NULL,
  kind TEXT NOT NULL,
  service TEXT NOT NULL,
  wanted TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  gathered BIGINT NOT NULL,
  gathered_to BIGINT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  undoes BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE INDEX batches_running ON batches (changed_at, id) WHERE state = 'running';

CREATE INDEX batches_of_division ON batches (division, id);

CREATE UNIQUE INDEX batches_undone_once ON batches (undoes) WHERE undoes <> 0;

CREATE TABLE batch_items (
  batch BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  division TEXT NOT NULL,
  outcome BIGINT NOT NULL,
  code TEXT NOT NULL,
  message_zh TEXT NOT NULL,
  message_en TEXT NOT NULL,
  PRIMARY KEY (batch, case_id)
);

CREATE INDEX batch_items_waiting ON batch_items (batch, case_id) WHERE outcome = 0;

CREATE INDEX batch_items_refused ON batch_items (batch, case_id) WHERE outcome = 2;
