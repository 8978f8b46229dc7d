CREATE TABLE incidents (
  case_id BIGINT NOT NULL,
  incident_key BIGINT NOT NULL,
  division TEXT NOT NULL,
  element TEXT NOT NULL,
  code TEXT NOT NULL,
  message_zh TEXT NOT NULL,
  message_en TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, incident_key)
);

CREATE INDEX incidents_since ON incidents (raised_at, case_id, incident_key);

CREATE INDEX cases_of_service ON cases (service, id) WHERE ended_at IS NULL;
