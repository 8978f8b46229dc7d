CREATE TABLE logs (
  name TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  origin TEXT NOT NULL,
  size BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL
);

INSERT INTO logs (name, kind, origin, size, opened_at, closed_at) VALUES ('public', 'public', '', 0, 0, 0);

INSERT INTO logs (name, kind, origin, size, opened_at, closed_at) VALUES ('audit', 'audit', '', 0, 0, 0);

-- only sqlite
CREATE TABLE log_entries (
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  subject TEXT NOT NULL,
  leaf_hash TEXT NOT NULL,
  entry TEXT NOT NULL,
  stream_kind TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (log, idx)
) STRICT, WITHOUT ROWID;

-- only postgresql
CREATE TABLE log_entries (
  log TEXT NOT NULL,
  idx BIGINT NOT NULL,
  subject TEXT NOT NULL,
  leaf_hash TEXT NOT NULL,
  entry TEXT NOT NULL,
  stream_kind TEXT NOT NULL,
  stream_id BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (log, idx)
);

CREATE INDEX log_entries_subject ON log_entries (subject, log, idx);

-- only sqlite
CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries BEGIN SELECT RAISE(ABORT, 'log entries are never changed'); END;

-- only sqlite
CREATE TRIGGER log_entries_no_delete BEFORE DELETE ON log_entries BEGIN SELECT RAISE(ABORT, 'log entries are never deleted'); END;

-- only postgresql
CREATE FUNCTION log_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'log entries are never changed or deleted'; END $$;

-- only postgresql
CREATE TRIGGER log_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries FOR EACH STATEMENT EXECUTE FUNCTION log_entries_refuse();

-- only sqlite
CREATE TABLE log_salts (
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  salt TEXT NOT NULL,
  PRIMARY KEY (log, idx)
) STRICT, WITHOUT ROWID;

-- only postgresql
CREATE TABLE log_salts (
  log TEXT NOT NULL,
  idx BIGINT NOT NULL,
  salt TEXT NOT NULL,
  PRIMARY KEY (log, idx)
);

CREATE TABLE log_checkpoints (
  log TEXT NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  PRIMARY KEY (log, size)
);

CREATE TABLE reads (
  log TEXT NOT NULL,
  idx BIGINT NOT NULL,
  division TEXT NOT NULL,
  subject TEXT NOT NULL,
  person BIGINT NOT NULL,
  what TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (log, idx)
);

CREATE INDEX reads_subject ON reads (subject, at);

CREATE TABLE log_anchors (
  log TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
)
