CREATE TABLE cases (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  number TEXT NOT NULL,
  service TEXT NOT NULL,
  service_version TEXT NOT NULL,
  applicant BIGINT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  instance TEXT NOT NULL,
  marks TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  ended_at BIGINT,
  promised_day TEXT,
  sequence BIGINT NOT NULL
);

CREATE UNIQUE INDEX cases_number ON cases (division, number);

CREATE INDEX cases_applicant ON cases (applicant, id);

CREATE INDEX cases_open ON cases (division, promised_day, id) WHERE ended_at IS NULL;

CREATE TABLE tasks (
  case_id BIGINT NOT NULL,
  task_key BIGINT NOT NULL,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  element TEXT NOT NULL,
  candidate_group TEXT NOT NULL,
  form TEXT NOT NULL,
  assignee BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_day TEXT NOT NULL,
  priority BIGINT NOT NULL,
  done_at BIGINT,
  done_by BIGINT NOT NULL,
  PRIMARY KEY (case_id, task_key)
);

CREATE INDEX tasks_open ON tasks (division, candidate_group, due_day, case_id, task_key) WHERE done_at IS NULL;

CREATE INDEX tasks_mine ON tasks (assignee, due_day) WHERE done_at IS NULL;

CREATE TABLE timers (
  case_id BIGINT NOT NULL,
  timer_key BIGINT NOT NULL,
  division TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, timer_key)
);

CREATE INDEX timers_due ON timers (due_at, case_id, timer_key);

CREATE TABLE deployed_services (
  service TEXT NOT NULL,
  version TEXT NOT NULL,
  division TEXT NOT NULL,
  files TEXT NOT NULL,
  deployed_at BIGINT NOT NULL,
  PRIMARY KEY (service, version)
);

CREATE TABLE plan_grounds (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  fingerprint TEXT NOT NULL
);
