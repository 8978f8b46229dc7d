CREATE TABLE grants (
  person BIGINT NOT NULL,
  granted TEXT NOT NULL,
  division TEXT NOT NULL,
  PRIMARY KEY (person, granted)
);
