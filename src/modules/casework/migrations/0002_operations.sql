ALTER TABLE cases ADD COLUMN deeds TEXT NOT NULL DEFAULT '[]';

ALTER TABLE cases ADD COLUMN suspended BIGINT NOT NULL DEFAULT 0;

ALTER TABLE cases ADD COLUMN first_version TEXT NOT NULL DEFAULT '';

ALTER TABLE tasks ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;

CREATE INDEX tasks_to_remind ON tasks (due_day, case_id, task_key) WHERE done_at IS NULL;

CREATE TABLE signatures (
  case_id BIGINT NOT NULL,
  task_key BIGINT NOT NULL,
  person BIGINT NOT NULL,
  division TEXT NOT NULL,
  open BIGINT NOT NULL,
  PRIMARY KEY (case_id, task_key, person)
);

CREATE INDEX signatures_of ON signatures (person, case_id, task_key) WHERE open = 1;

CREATE TABLE promises (
  case_id BIGINT NOT NULL,
  material TEXT NOT NULL,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  due_day TEXT NOT NULL,
  kept BIGINT,
  PRIMARY KEY (case_id, material, made_at)
);

CREATE INDEX promises_open ON promises (division, due_day, case_id) WHERE kept IS NULL;

CREATE TABLE delegations (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  from_person BIGINT NOT NULL,
  to_person BIGINT NOT NULL,
  role TEXT NOT NULL,
  service TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  reason TEXT NOT NULL,
  revoked_at BIGINT
);

CREATE INDEX delegations_to ON delegations (to_person, valid_to);
