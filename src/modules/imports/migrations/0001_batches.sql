CREATE TABLE import_batches (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  person BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  encoding TEXT NOT NULL,
  columns TEXT NOT NULL,
  state TEXT NOT NULL,
  rows_total BIGINT NOT NULL,
  rows_accepted BIGINT NOT NULL,
  rows_rejected BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  reason TEXT NOT NULL
);

CREATE INDEX import_batches_list ON import_batches (division, id);

CREATE TABLE import_rejects (
  batch BIGINT NOT NULL,
  position BIGINT NOT NULL,
  division TEXT NOT NULL,
  line BIGINT NOT NULL,
  heading TEXT NOT NULL,
  value TEXT NOT NULL,
  code TEXT NOT NULL,
  message_zh TEXT NOT NULL,
  message_en TEXT NOT NULL,
  PRIMARY KEY (batch, position)
);

CREATE TABLE import_entities (
  batch BIGINT NOT NULL,
  entity BIGINT NOT NULL,
  division TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (batch, entity)
)
