// The API's answers, as the contract names them. Every text is already in the reader's language.

export interface Place { path: string; code?: string; message: string }
export interface Page<T> { items: T[]; next?: string | null; total: number; has_more?: boolean }

export interface Me {
  signed_in: boolean
  person?: string | null
  name?: string
  account?: string
  staff?: boolean
  roles?: string[]
  role_names?: string[]
  permissions?: string[]
  division?: string
  office?: string
  office_name?: string
  csrf_token?: string
  second_factor_missing?: boolean
  demonstration?: boolean
  business_day?: string
}

export interface ServiceSummary { id: string; wish: string; wish_name: string; name: string; summary: string }
export interface Option { value: string; label: string }
export interface Question {
  id: string
  label: string
  hint?: string
  kind: 'choice' | 'choices' | 'number' | 'yes_no' | 'subject'
  options: Option[]
}
export interface Registration { id: string; name: string; basis?: string; fee_fen: number; fee_basis?: string }
export interface MaterialNeed { id: string; name: string; hint?: string; needed_by: string[]; basis?: string }
export interface LimitSide { text: string; basis?: string }
export interface Limit { clock: string; name: string; legal?: LimitSide | null; promised?: LimitSide | null }
export interface Service extends ServiceSummary {
  version: string
  who_may_apply: string
  where_to_ask: string
  steps: string[]
  guide: Question[]
  registrations: Registration[]
  materials: MaterialNeed[]
  limits: Limit[]
}
export type Answers = Record<string, unknown>
export interface CertificateHeld { name: string; number: string; status_text: string; valid_to?: string | null }
export interface Subject { name: string; credit_code: string; address: string; status_text?: string; certificates?: CertificateHeld[] }
export interface GuideResult {
  subject?: Subject | null
  shown: string[]
  complete: boolean
  places: Place[]
  advice?: string | null
  registrations: Registration[]
  materials: MaterialNeed[]
  fee_fen_total: number
  visits: number
  limits: Limit[]
}

export interface MaterialFile {
  id: string
  material: string
  filename: string
  size: number
  content_type: string
  sha256: string
  uploaded_at: string
}
export interface ApplicationMaterial extends MaterialNeed {
  required: boolean
  opened: boolean
  files: MaterialFile[]
}
export interface Correction { place: string; label: string; reason: string }
export interface ProgressStep {
  id: string
  label: string
  state: 'done' | 'current' | 'next'
  at?: string | null
  note?: string | null
}
export interface Outcome {
  registration: string
  name: string
  outcome: 'granted' | 'refused' | 'pending'
  reason?: string | null
}
export interface CaseDocument { id: string; name: string; number?: string | null; issued_on: string; ready: boolean }
export interface CaseCertificate {
  id: string
  kind: string
  name: string
  number: string
  status: string
  status_text: string
  issued_on: string
  valid_to?: string | null
  token?: string | null
  document?: string | null
}
export type Grade = 'very_satisfied' | 'satisfied' | 'fairly_satisfied' | 'dissatisfied' | 'very_dissatisfied'
export interface Rating { grade: Grade; comment?: string | null; at: string }
export type May = 'edit' | 'submit' | 'correct' | 'rectify' | 'withdraw' | 'rate' | 'discard'

export interface ApplicationSummary {
  id: string
  number?: string | null
  service_name: string
  title: string
  state: string
  state_text: string
  holder_text?: string | null
  promised_day?: string | null
  updated_at: string
  needs_you: boolean
}
export interface Application {
  id: string
  number?: string | null
  service: string
  service_name: string
  title: string
  state: string
  state_text: string
  version: number | string
  guide: Answers
  answers: Answers
  registrations: Registration[]
  materials: ApplicationMaterial[]
  corrections: Correction[]
  created_at: string
  submitted_at?: string | null
  holder_text?: string | null
  promised_day?: string | null
  promised_text?: string | null
  provisional?: boolean
  progress: ProgressStep[]
  outcomes: Outcome[]
  documents: CaseDocument[]
  certificates: CaseCertificate[]
  visits: number
  rating?: Rating | null
  names: { place: string; kind: string; renaming: string }[]
  may: May[]
}
export interface Check { ready: boolean; places: Place[] }

export interface PublicCertificate {
  kind: string
  name: string
  number: string
  status: string
  status_text: string
  status_since?: string | null
  status_reason?: string
  fields: { id: string; label: string; value: string }[]
  authority: string
  issued_on: string
  valid_to?: string | null
  superseded_by?: string | null
  demonstration?: boolean
}

export interface CertificateChange {
  id: string
  certificate: string
  number: string
  name: string
  status: string
  reason: string
  basis: string
  proposed_by: string
  proposed_at: string
  outcome: string
  mine: boolean
}

/** What proves a certificate without us. */
export interface CertificateProofs {
  identifier: string
  qr: string
  address: string
  pdf: boolean
  ofd: boolean
  pdf_sha256: string
  ofd_sha256: string
  signed_at: string
  demonstration: boolean
}

export interface TaskCounts { mine: number; office: number; overdue: number }
export interface TaskRow {
  id: string
  of_case: string
  case_number: string
  title: string
  service_name: string
  element: string
  name: string
  group: string
  group_name: string
  assignee_name?: string | null
  mine: boolean
  due_day?: string | null
  days_left?: number | null
  left_text?: string | null
  paused: boolean
  overdue: boolean
  promised_day?: string | null
  opened_at: string
  priority?: number | string | null
}
export interface CaseRow {
  id: string
  number: string
  title: string
  service_name: string
  state: string
  state_text: string
  applicant_name: string
  submitted_at?: string | null
  promised_day?: string | null
  left_text?: string | null
  overdue: boolean
  paused: boolean
}
/** What lists of cases can be searched by. */
export interface CaseVariable {
  id: string
  label: string
  kind: 'text' | 'number' | 'day'
  options: { value: string; label: string }[]
  services: string[]
  complete: boolean
}
export interface FactField {
  key: string
  label: string
  value_text: string
  needed_by: string[]
  changed: boolean
  correction_reason?: string | null
}
export interface CaseMaterial {
  id: string
  name: string
  needed_by: string[]
  required: boolean
  changed: boolean
  correction_reason?: string | null
  files: MaterialFile[]
}
export interface ClockSide {
  limit_text: string
  basis: string
  due_day?: string | null
  left_text: string
  overdue: boolean
  provisional: boolean
  derivation: string[]
}
export interface CaseClock {
  id: string
  name: string
  registration_name?: string | null
  state: 'waiting' | 'running' | 'paused' | 'stopped'
  state_text: string
  legal?: ClockSide | null
  promised?: ClockSide | null
}
export interface CaseTask {
  id: string
  element: string
  name: string
  group_name: string
  assignee_name?: string | null
  mine: boolean
  may_claim: boolean
  may_complete: boolean
  due_day?: string | null
  left_text?: string | null
  overdue: boolean
  form?: FormSchema | null
}
export interface CasePage {
  id: string
  number: string
  service: string
  service_name: string
  title: string
  state: string
  state_text: string
  sequence: number
  submitted_at?: string | null
  applicant: { name: string; citizen_id_masked: string; phone_masked: string }
  registrations: Registration[]
  outcomes: Outcome[]
  groups: { id: string; label: string; fields: FactField[] }[]
  materials: CaseMaterial[]
  clocks: CaseClock[]
  tasks: CaseTask[]
  timeline: { at: string; actor_name: string; text: string; reason?: string | null }[]
  documents: CaseDocument[]
  certificates: CaseCertificate[]
  visits: { on: string; reason: string; by_name: string }[]
  visit_count: number
  process: { steps: { id: string; name: string; type: string; state: 'done' | 'current' | 'next' }[] }
  may: string[]
  /** The reader's step; none: a purpose is asked for. */
  read_for?: string | null
}
export interface ProcessPicture { xml: string; current: string[]; done: string[]; taken: string[] }
export interface RegisterChoices { kinds: Option[]; statuses: Option[]; townships: Option[]; industries: Option[] }
export interface PublicEntityRow { credit_code: string; name: string; kind_text: string; status: string; status_text: string; address: string; established_on: string }
export interface PublicEntity extends Omit<PublicEntityRow, 'address' | 'established_on'> {
  kind: string
  as_of: string
  fields: { id: string; label: string; value: string; text: string }[]
  history: { as_of: string; text: string }[]
  withheld: string[]
}
/** Whether a simplified deregistration of the entity is publicised, and can be objected to. */
export interface Publicity { is_open: boolean; started_on: string | null; last_day: string | null }
export interface NameCheck {
  name: string
  verdict: 'passes' | 'warned' | 'blocked'
  verdict_text: string
  parts: { id: string; label: string; value: string }[]
  issues: { part: string; code: string; is_blocking: boolean; message: string; basis: string }[]
  conflicts: { name: string; status_text: string; likeness: string; is_blocking: boolean }[]
  suggestions: string[]
}
export interface NameReservation {
  id: string
  name: string
  kind_text: string
  person_name: string
  state: string
  state_text: string
  reserved_on: string
  expires_on: string
  undertaking: string
}
export interface ImportBatch {
  id: string
  file_name: string
  person_name: string
  state: string
  state_text: string
  rows_total: number
  rows_accepted: number
  rows_rejected: number
  rows_done: number
  created_at: string
  changed_at: string
  reason: string
}
export interface ImportReject { line: number; heading: string; value: string; message: string; code: string }
export interface ImportPreview {
  rows_total: number
  columns: { heading: string; item: string; samples: string[] }[]
  items: { id: string; label: string; is_required: boolean }[]
}
export interface EntityRow {
  id: string
  credit_code: string
  name: string
  kind: string
  kind_text: string
  status: string
  status_text: string
  address: string
  established_on: string
  operator_name: string
  industry: string
  industry_text: string
}
export interface EntityPage extends EntityRow {
  fields: { id?: string; label: string; value: string; text?: string }[]
  history: { as_of: string; known_on: string; text: string }[]
}

// The form-js schema, as far as the written-down subset goes.
export interface FormSchema { type?: string; id?: string; components: FormComponent[] }
export interface FormComponent {
  type: string
  id?: string
  key?: string
  label?: string
  description?: string
  text?: string
  subtype?: string
  dateLabel?: string
  decimalDigits?: number
  components?: FormComponent[]
  values?: { value: string; label: string; label_en?: string; properties?: Record<string, string> }[]
  validate?: Record<string, unknown>
  conditional?: { hide?: string }
  properties?: Record<string, string>
}

export interface Statistic {
  id: string
  figure: string
  title: string
  unit: string
  scope: string
  definition: string
  exclusions: string
  source: string
  is_public: boolean
  period: 'day' | 'span'
  reported?: { value: string; day?: string | null; from?: string | null; to?: string | null } | null
}
export interface Figure {
  statistic: Statistic
  value: string
  day: string
  known_on: string
  from: string
  to: string
  with_revoked: boolean
  parts: { id: string; label: string; count: number }[]
  notes: { label: string; value: string }[]
}
export interface StatisticRecord { kind: 'entity' | 'case' | 'item'; id: string; name: string; number: string; detail: string; on?: string | null }

export interface DeadlineBoard {
  today: string
  soon_until: string
  as_of: string
  open: number
  piles: { id: string; name: string; count: number }[]
  marks: { id: string; name: string; count: number }[]
  days: { day: string; count: number; provisional: boolean }[]
  services: { id: string; name: string; open: number; late: number; today: number; soon: number; paused: number }[]
  holders: { role: string; name: string; cases: number; late_cases: number }[]
  pauses: { reason: string; name: string; count: number; since: string }[]
  promises: { age: string; name: string; count: number; overdue: number }[]
}
export interface DeadlineCase {
  id: string
  number: string
  title: string
  service_name: string
  state_text: string
  next_day?: string | null
  next_clock?: string | null
  promised_day?: string | null
  legal_day?: string | null
  paused_for?: string | null
  paused_since?: string | null
  holder?: string | null
}
export interface WhatIfChoices {
  services: { service: string; name: string; steps: { element: string; name: string }[] }[]
  people: { person: string; name: string; roles: string[] }[]
}
export interface WhatIfLoad { role: string; person: string; week: string; before: number; after: number }
export interface WhatIfEffects {
  cases: number
  late_before: number
  late_after: number
  effects: {
    of_case: string; case_number: string; case_title: string; service_name: string; state_text: string
    limits: {
      clock: string; name: string; legal: boolean; due_before?: string | null; due_after?: string | null
      done_before?: string | null; done_after?: string | null; late_before: number; late_after: number
    }[]
    ends_before?: string | null; ends_after?: string | null; stops_because?: string | null
  }[]
  load: WhatIfLoad[]
  learnt: { service: string; service_name: string; learnt_from: string; cases: number; steps: { element: string; name: string; days: number }[] }[]
  next?: string | null
}
export interface DeadlinePromise {
  of_case: string
  case_number: string
  case_title: string
  material_name: string
  made_at: string
  due_day: string
  age_days: number
  overdue: boolean
}
export interface Colleague { id: string; name: string; role_names: string[] }
export interface Delegation {
  id: string
  from_person: string
  from_name: string
  to_person: string
  to_name: string
  role: string
  role_name: string
  service: string
  valid_from: string
  valid_to: string
  reason: string
  revoked: boolean
}
export interface PossibleOperation {
  operation: string
  name: string
  needs_basis: boolean
  may: boolean
  why_not?: string | null
  tasks: Option[]
  steps: Option[]
  clocks: Option[]
  versions: Option[]
  materials: Option[]
  people: Option[]
  variables: Record<string, string | number | boolean | null>
}
/** A step of a case that can not go on. */
export interface Incident {
  id: string
  of_case: string
  case_number: string
  case_title: string
  service: string
  service_name: string
  service_version: string
  task: number
  element: string
  code: string
  element_name: string
  message: string
  raised_at: string
}
/** Failed steps of one service, step and reason. */
export interface IncidentGroup {
  service: string
  service_name: string
  element: string
  element_name: string
  code: string
  message: string
  steps: number
  cases: number
  since: string
}
export interface CaseVersion { version: string; deployed_at: string; in_force: boolean; cases: number }
export interface ServiceVersions { service: string; service_name: string; versions: CaseVersion[] }
/** One operation on many cases. */
export interface Batch {
  id: string
  kind: 'retry' | 'migrate' | 'migrate_back'
  service: string
  service_name: string
  wanted: { from_version?: string; version?: string; element?: string; code?: string; renamed?: Record<string, string> }
  element_name?: string | null
  reason: string
  ordered_by: string
  state: 'running' | 'stopped' | 'finished'
  gathered: boolean
  total: number
  done: number
  refused: number
  undoes?: string | null
  undone_by?: string | null
  created_at: string
  changed_at: string
}
export interface BatchRefusal { of_case: string; case_number: string; code: string; message: string }
export interface BatchPreview {
  total: number
  examined: number
  possible: number
  reasons: { element: string; element_name: string; code: string; message: string; count: number; examples: BatchRefusal[] }[]
  steps: { element: string; name: string; to_element: string; to_name: string; count: number }[]
  counterparts: Option[]
}
export interface Operated {
  state: string
  sequence: number
  suspended: boolean
  ended: boolean
  waiting: string[]
  failed: string[]
  clocks: { clock: string; name: string; paused: boolean; legal_day?: string | null; promised_day?: string | null }[]
}

export interface Cause { rule: string; basis: string; to_be_confirmed: boolean }
export interface OpeningStep {
  id: string
  service: string
  name: string
  place: 'anywhere' | 'office' | 'visit'
  from: string
  to: string
  critical: boolean
  limit_text?: string | null
  limit?: Cause | null
  reason?: Cause | null
}
export interface Itinerary {
  services: { id: string; name: string }[]
  steps: OpeningStep[]
  visits: string[]
  finish: string
  finish_by_law: string
  provisional: boolean
  fee_fen: number
  documents: { id: string; name: string; hint: string; deferrable: boolean; needed_by: string[]; causes: Cause[] }[]
}
export interface OpeningAnswer {
  shown: string[]
  complete: boolean
  places: Place[]
  barred: Cause[]
  requirements: { id: string; name: string; held: boolean; causes: Cause[] }[]
  soonest?: Itinerary | null
  fewest_visits?: Itinerary | null
  no_way?: string | null
}

export interface Paper { id: string; kind: string; name: string; number: string; prints: number; printing?: string | null }
export interface DeliveryPrint {
  id: string
  certificate: string
  document: string
  serial: string
  state: string
  state_text: string
  reason: string
  kiosk_name?: string | null
  started_at: string
  by_name: string
}
export interface Sending {
  id: string
  of_case: string
  way: string
  way_text: string
  state: string
  state_text: string
  attempt: number
  may_repeat: boolean
  has_receipt: boolean
  recipient: string
  address: string
  carrier: string
  tracking: string
  reason: string
  made_at: string
  dispatched_at?: string | null
  ended_at?: string | null
  by_name: string
}
export interface Handover { certificates: Paper[]; prints: DeliveryPrint[]; deliveries: Sending[] }
export interface OwnDeliveries { certificates: Paper[]; deliveries: Sending[] }
export interface PickUpCode { code: string; expires_at: string }
export interface BlankRange {
  id: string
  kind: string
  kind_name: string
  kiosk_name?: string | null
  first: string
  last: string
  size: number
  issued: number
  spoiled: number
  voided: number
  left: number
  received_on: string
  remark: string
}
export interface BlankStock { ranges: BlankRange[]; kinds: { id: string; name: string }[]; kiosks: { id: string; name: string }[] }
export interface BlankSerial { kind: string; kind_name: string; serial: string; state: string; state_text: string; reason: string; at: string; by_name: string }
export interface KioskMade { id: string; name: string; key?: string | null }
export interface KioskTicket { ticket: string; seconds: number; title: string; certificates: { id: string; name: string; number: string; may_print: boolean }[] }
export interface KioskPrint { id: string; serial: string; state: string }

export interface ParkHost {
  id: string
  entity: string
  name: string
  address: string
  contact: string
  capacity: number
  members: number
  state: 'admitting' | 'suspended' | 'closed'
  state_text: string
  reason: string
  opened_on: string
}
export interface ParkMember {
  id: string
  entity: string
  name: string
  credit_code: string
  contact: string
  valid_from: string
  valid_to: string
  state: string
  state_text: string
  contact_state: string
  contact_text: string
  contact_score?: number | null
  checked_on?: string | null
  reason: string
}
export interface ParkMail {
  id: string
  member: string
  member_name: string
  title: string
  sender: string
  received_on: string
  forwarded_on?: string | null
  method: string
  proof: string
}
export interface ParkHostPage { host: ParkHost; members: ParkMember[]; mail: ParkMail[] }

export interface LogAnswer {
  name: string
  kind: 'public' | 'audit'
  origin: string
  size: number
  checkpoint: string
  signed_at?: string | null
  keys: { vkey: string; name: string }[]
  witnesses: { name: string; vkey: string; cosigned: boolean; cosigned_at?: string | null }[]
  quorum: string
  witnessed: boolean
  refusal?: string | null
}
export interface LogsAnswer { demonstration: boolean; policy: string; logs: LogAnswer[] }
export interface ReceiptAnswer {
  receipt: string
  log: string
  index: number
  leaf_hash: string
  state: 'included' | 'pending' | 'contradicted'
  state_text: string
  entry?: string | null
  proof: string[]
  checkpoint: string
  proof_path: string
  witnessed: boolean
}
export interface StepReceipt { receipt: string; log: string; index: number; leaf_hash: string; at: string; text: string }

/** A model that people draw: "decision.dmn", "process.bpmn", "form.json", "tasks/NAME.form.json". */
export interface ModelFile { file: string; kind: ModelKind; name: string }
export type ModelKind = 'decision' | 'process' | 'form'
export interface ModelText { file: string; kind: ModelKind; text: string }

/** A draft, proposal or version of a service's models, as lists show it. */
export interface ModelDraft {
  id: string
  service: string
  service_name: string
  state: 'drafted' | 'proposed' | 'approved' | 'dropped' | 'revoked'
  files: string[]
  edited_by: string
  edited_at: string
  reason: string
  applies_from: string | null
  proposed_by: string
  proposed_at: string | null
  decided_by: string
  decided_at: string | null
  remark: string
  number: number | null
  version: string
  in_force: boolean
  may_decide: boolean
}
export interface ServiceModels { service: string; name: string; version: string; files: ModelFile[]; drafts: ModelDraft[] }
export interface ServiceModelsWithVersions extends ServiceModels { versions: ModelDraft[]; delivered_anew: string[] }
export interface ModelDraftWithTexts { draft: ModelDraft; edition: number; files: ModelText[]; authors: string[]; overtaken: string[] }
export interface ModelFinding { file: string; element: string; fatal: boolean; code: string; message: string }
export interface ModelChange {
  file: string
  kind: 'added' | 'removed' | 'changed' | 'reordered' | 'redrawn'
  element: string
  type: string
  name: string
  row_before: number | null
  row_after: number | null
  details: { what: string; before: string; after: string }[]
}
/** A look of staff at somebody's file. */
export interface FileRead {
  at: string; reader: string; office: string; what: string; what_text: string
  subject: string; subject_text: string; why: string; stated: boolean; receipt: string
}
