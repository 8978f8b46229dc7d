ALTER TABLE awaited_messages ADD COLUMN held BIGINT NOT NULL DEFAULT 0;

CREATE TABLE message_refusals (
  message BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  division TEXT NOT NULL,
  case_number TEXT NOT NULL,
  code TEXT NOT NULL,
  reason_zh TEXT NOT NULL,
  reason_en TEXT NOT NULL,
  refused_at BIGINT NOT NULL,
  PRIMARY KEY (message, case_id)
);
