CREATE TABLE model_drafts (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  service TEXT NOT NULL,
  state TEXT NOT NULL,
  edition BIGINT NOT NULL,
  files TEXT NOT NULL,
  bases TEXT NOT NULL,
  authors TEXT NOT NULL,
  begun_by BIGINT NOT NULL,
  begun_at BIGINT NOT NULL,
  edited_by BIGINT NOT NULL,
  edited_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  applies_from TEXT,
  proposed_by BIGINT NOT NULL,
  proposed_at BIGINT,
  decided_by BIGINT NOT NULL,
  decided_at BIGINT,
  remark TEXT NOT NULL,
  number BIGINT NOT NULL,
  version TEXT NOT NULL
);

CREATE INDEX model_drafts_service ON model_drafts (service, state, id);

CREATE UNIQUE INDEX model_drafts_number ON model_drafts (service, number) WHERE number > 0
