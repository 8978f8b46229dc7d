ALTER TABLE entities ADD COLUMN operator_name TEXT NOT NULL DEFAULT '';

ALTER TABLE entities ADD COLUMN industry TEXT NOT NULL DEFAULT '';

ALTER TABLE entities ADD COLUMN trade TEXT NOT NULL DEFAULT '';

ALTER TABLE entities ADD COLUMN is_indexed BIGINT NOT NULL DEFAULT 0;

CREATE INDEX entities_not_indexed ON entities (id) WHERE is_indexed = 0;

CREATE INDEX entities_trade ON entities (trade, id);

CREATE INDEX entities_industry ON entities (industry, id);

CREATE INDEX entities_township ON entities (township, id);

CREATE INDEX entities_kind ON entities (kind, id);

CREATE INDEX entities_status ON entities (status, id);

-- only sqlite
CREATE TABLE entity_grams (
  gram INTEGER NOT NULL,
  tier INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  division INTEGER NOT NULL,
  PRIMARY KEY (gram, tier, entity)
) STRICT, WITHOUT ROWID;

-- only postgresql
CREATE TABLE entity_grams (
  gram BIGINT NOT NULL,
  tier BIGINT NOT NULL,
  entity BIGINT NOT NULL,
  division BIGINT NOT NULL,
  PRIMARY KEY (gram, tier, entity) INCLUDE (division)
);

-- only sqlite
CREATE TABLE entity_sounds (
  sound TEXT NOT NULL,
  entity INTEGER NOT NULL,
  division INTEGER NOT NULL,
  PRIMARY KEY (sound, entity)
) STRICT, WITHOUT ROWID;

-- only postgresql
CREATE TABLE entity_sounds (
  sound TEXT NOT NULL COLLATE "C",
  entity BIGINT NOT NULL,
  division BIGINT NOT NULL,
  PRIMARY KEY (sound, entity) INCLUDE (division)
);

CREATE TABLE former_names (
  entity BIGINT NOT NULL,
  division TEXT NOT NULL,
  name TEXT NOT NULL,
  trade TEXT NOT NULL,
  industry TEXT NOT NULL,
  given_up_on TEXT NOT NULL,
  PRIMARY KEY (entity, name, given_up_on)
);

CREATE INDEX former_names_trade ON former_names (trade, given_up_on)
