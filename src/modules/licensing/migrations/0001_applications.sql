CREATE TABLE applications (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  applicant BIGINT NOT NULL,
  service TEXT NOT NULL,
  version BIGINT NOT NULL,
  guide TEXT NOT NULL,
  answers TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  submitted_at BIGINT
);

CREATE INDEX applications_applicant ON applications (applicant, id);

CREATE TABLE materials (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  application BIGINT NOT NULL,
  slot TEXT NOT NULL,
  filename TEXT NOT NULL,
  size BIGINT NOT NULL,
  content_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  uploaded_at BIGINT NOT NULL,
  removed_at BIGINT
);

CREATE INDEX materials_application ON materials (application, id);

CREATE TABLE documents (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  office TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  applicant BIGINT NOT NULL,
  notice TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  template TEXT NOT NULL,
  number TEXT NOT NULL,
  data TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  sha256 TEXT NOT NULL
);

CREATE INDEX documents_case ON documents (case_id, id);

CREATE TABLE certificates (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  applicant BIGINT NOT NULL,
  entity BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  token TEXT NOT NULL,
  status TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  fields TEXT NOT NULL,
  document BIGINT NOT NULL
);

CREATE UNIQUE INDEX certificates_number ON certificates (kind, number);

CREATE INDEX certificates_by_number ON certificates (number);

CREATE UNIQUE INDEX certificates_token ON certificates (token);

CREATE INDEX certificates_case ON certificates (case_id);

CREATE INDEX certificates_entity ON certificates (entity);

CREATE TABLE ratings (
  case_id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  grade TEXT NOT NULL,
  comment TEXT NOT NULL,
  rated_at BIGINT NOT NULL
);

CREATE TABLE visits (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  visited_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);

CREATE INDEX visits_case ON visits (case_id, id);
