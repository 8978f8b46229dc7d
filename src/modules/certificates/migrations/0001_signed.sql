CREATE TABLE signed_certificates (
  certificate BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  identifier TEXT NOT NULL,
  status_index BIGINT NOT NULL,
  qr TEXT NOT NULL,
  pdf TEXT NOT NULL,
  ofd TEXT NOT NULL,
  signed_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX signed_certificates_status ON signed_certificates (status_index);

CREATE INDEX signed_certificates_number ON signed_certificates (kind, number);

CREATE TABLE status_lists (
  division TEXT NOT NULL,
  list BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  entries TEXT NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (list, issued_at)
);

CREATE TABLE certificate_changes (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  certificate BIGINT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  basis TEXT NOT NULL,
  proposed_by BIGINT NOT NULL,
  proposed_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  comment TEXT NOT NULL
);

CREATE INDEX certificate_changes_certificate ON certificate_changes (certificate, id);

CREATE INDEX certificate_changes_open ON certificate_changes (division, outcome, id);
