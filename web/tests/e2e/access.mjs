// Every operation of the API, asked by nobody, by a citizen, and by staff without the permission: none answers with data.
//
//   CITIZEN, LEADER, CLERK, STAFF_PASSWORD   demonstration accounts
import { BASE, check } from './browser.mjs'

const PASSWORD = process.env.STAFF_PASSWORD ?? 'tianyuan-demo-2026'
const STAFF_ONLY = /^\/api\/v1\/(tasks|task-counts|cases|case-versions|incidents|incident-groups|jobs|messages|case-variables|batches|batch-previews|entities|staff|delegations|imports|import-previews|promises|deadlines|changes|colleagues|blanks|kiosks|prints|deliveries|park|decisions|models|model-drafts|statistics\/[^/]+\/records|certificate-changes|certificates\/\{certificate\}\/changes)\b/
const OPEN = new Set(['sign_in', 'find_current_session', 'register_person', 'list_services', 'find_service', 'ask_guide', 'find_form',
  'find_certificate', 'search_register', 'find_registered', 'list_register_choices', 'check_name', 'find_certificate_proofs', 'read_certificate_pdf', 'read_certificate_ofd', 'list_signing_keys', 'list_statistics', 'compute_statistic', 'find_opening', 'ask_opening',
  'identify_at_kiosk', 'start_kiosk_print', 'end_kiosk_print', 'read_kiosk_print', 'list_public_hosts',
  'find_publicity',  // that a business wants to deregister is publicised to everybody
  'list_logs', 'prove_consistency', 'check_receipt'])  // whoever checks the log is not asked who they are

async function signIn(account) {
  const answer = await fetch(`${BASE}/api/v1/sessions`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ account, password: PASSWORD }) })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]
  return { cookie, csrf: (await answer.json()).csrf_token }
}

async function ask({ method, path }, who) {
  const headers = { 'Idempotency-Key': crypto.randomUUID(), 'Content-Type': 'application/json' }
  if (who) Object.assign(headers, { cookie: who.cookie, 'X-CSRF-Token': who.csrf })
  const url = BASE + path.replace(/\{[^}]*\}/g, '0000000000001')
  const answer = await fetch(url, { method, headers, body: ['GET', 'HEAD'].includes(method) ? undefined : '{}' })
  await answer.arrayBuffer()
  return answer.status
}

export async function access() {
  const document = await fetch(`${BASE}/openapi.json`).then((answer) => answer.json())
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, id: operation.operationId })))
    .filter((each) => each.path.startsWith('/api/v1/'))
  check('access: the document lists the operations', operations.length > 30, String(operations.length))
  const citizen = await signIn(process.env.CITIZEN ?? 'citizen1')
  const leader = await signIn(process.env.LEADER ?? 'leader')
  for (const operation of operations) {
    if (OPEN.has(operation.id)) continue
    check(`access: nobody, ${operation.id}`, (await ask(operation)) === 401)
    if (operation.id === 'sign_out') continue
    if (STAFF_ONLY.test(operation.path)) check(`access: citizen, ${operation.id}`, (await ask(operation, citizen)) === 403)
    else if (operation.path.startsWith('/api/v1/applications') || ['reserve_name', 'release_name', 'object_to_deregistration'].includes(operation.id)) check(`access: staff, ${operation.id}`, (await ask(operation, leader)) === 403)
  }
  for (const path of ['claim', 'release', 'completion'])
    check(`access: leader may not ${path}`, (await ask({ method: 'POST', path: `/api/v1/tasks/{task}/${path}` }, leader)) === 403)
  check('access: leader may not see full numbers', (await ask({ method: 'POST', path: '/api/v1/cases/{case}/disclosures' }, leader)) === 403)
  check('access: leader may not replay a rule', (await ask({ method: 'POST', path: '/api/v1/decisions/{model}/replay' }, leader)) === 403)
  for (const write of [{ method: 'POST', path: '/api/v1/models/{service}/drafts' }, { method: 'PUT', path: '/api/v1/model-drafts/{draft}/files' },
    { method: 'POST', path: '/api/v1/model-drafts/{draft}/proposal' }])
    check(`access: leader may not draft models, ${write.path}`, (await ask(write, leader)) === 403)
  for (const operation of operations.filter((each) => /^\/api\/v1\/(jobs|messages|batches|batch-previews|case-versions)\b/.test(each.path)))
    check(`access: leader, ${operation.id}`, (await ask(operation, leader)) === 403)
  check('access: leader may not preview a migration', (await ask({ method: 'POST', path: '/api/v1/cases/{case}/migration-previews' }, leader)) === 403)
  const clerk = await signIn(process.env.CLERK ?? 'clerk')
  for (const operation of operations.filter((each) => /^\/api\/v1\/(decisions|models|model-drafts)/.test(each.path)))
    check(`access: clerk, ${operation.id}`, (await ask(operation, clerk)) === 403)
  const foreign = await ask({ method: 'GET', path: '/api/v1/applications/{application}' }, citizen)
  check('access: a foreign application is not found', foreign === 404, String(foreign))
  for (const part of ['receipts', 'reads', 'deliveries']) {
    const status = await ask({ method: 'GET', path: `/api/v1/applications/{application}/${part}` }, citizen)
    check(`access: ${part} of a foreign application are not found`, status === 404, String(status))
  }
  const rules = await signIn('rules')
  for (const operation of operations.filter((each) => /^\/api\/v1\/(tasks\/|jobs|messages|batches|batch-previews|imports|blanks|certificate-changes)/.test(each.path) && each.method !== 'GET'))
    check(`access: rule owner, ${operation.id}`, (await ask(operation, rules)) === 403)
  const withoutToken = await fetch(`${BASE}/api/v1/sessions/current`, { method: 'DELETE', headers: { cookie: citizen.cookie } })
  check('access: a write without the token is refused', withoutToken.status === 403, String(withoutToken.status))
}
