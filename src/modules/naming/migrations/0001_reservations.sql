CREATE TABLE name_reservations (
  id BIGINT NOT NULL PRIMARY KEY,
  division TEXT NOT NULL,
  person BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  trade TEXT NOT NULL,
  needs_approval BIGINT NOT NULL,
  undertaking TEXT NOT NULL,
  reserved_on TEXT NOT NULL,
  expires_on TEXT NOT NULL,
  released_on TEXT,
  created_at BIGINT NOT NULL
);

CREATE INDEX name_reservations_current ON name_reservations (division, expires_on);

CREATE INDEX name_reservations_person ON name_reservations (person, id)
