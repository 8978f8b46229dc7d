// The one way to the server: JSON in and out, problem details as exceptions, a repeated write sent only once.

import type { Place } from './types'

/// A refusal or fault that the server (or the network) answered with.
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly places: Place[] = [],
    readonly requestId = '',
  ) {
    super(detail || title || code)
  }
  get isOffline() { return this.status === 0 }
}

export const API = '/api/v1'

let csrfToken = ''
export function setCsrfToken(token: string | undefined) { csrfToken = token ?? '' }

/// Asks the person to sign in again without leaving the page; resolves to true once that is done.
let signInAgain: (() => Promise<boolean>) | null = null
export function onSessionLost(ask: (() => Promise<boolean>) | null) { signInAgain = ask }

type Query = Record<string, string | number | boolean | null | undefined>

export function address(path: string, query?: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return API + path + (text ? `?${text}` : '')
}

/// A random UUID; `crypto.randomUUID` itself exists only on secure origins, and an intranet may have none.
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

// A write whose answer never came keeps its key, so that trying again can not do it twice.
const unanswered = new Map<string, string>()

function keyFor(write: string): string {
  const key = unanswered.get(write) ?? uuid()
  unanswered.set(write, key)
  return key
}

function problemFrom(status: number, text: string): Problem {
  try {
    const body = JSON.parse(text)
    return new Problem(status, body.code ?? '', body.title ?? '', body.detail ?? '', body.places ?? [], body.request_id)
  } catch {
    return new Problem(status, 'http.unreadable', '', '')
  }
}

function isLostSession(status: number, path: string) {
  return status === 401 && !(path === '/sessions') && signInAgain !== null
}

/// `version`: what the sender has read and edits (If-Match).
export interface CallOptions { query?: Query; body?: unknown; key?: string; version?: string | number }

/// Errors: throws Problem; status 0 when the server could not be reached.
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const url = address(path, options.query)
  const isWrite = method !== 'GET'
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  const write = `${method} ${url} ${options.version ?? ''} ${body ?? ''}`
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`
  if (isWrite) {
    headers['Idempotency-Key'] = options.key ?? keyFor(write)
    if (csrfToken) headers['X-CSRF-Token'] = csrfToken
  }
  let response: Response
  let text: string
  try {
    response = await fetch(url, { method, headers, body, credentials: 'same-origin' })
    text = await response.text()
  } catch {
    throw new Problem(0, 'http.unreachable', '', '')
  }
  if (response.status < 500) unanswered.delete(write)
  if (response.ok) return (text ? JSON.parse(text) : {}) as T
  if (isLostSession(response.status, path) && (await signInAgain!())) return call<T>(method, path, options)
  throw problemFrom(response.status, text)
}

export const get = <T>(path: string, query?: Query) => call<T>('GET', path, { query })
export const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, { body })
export const patch = <T>(path: string, body: unknown) => call<T>('PATCH', path, { body })
export const remove = <T>(path: string) => call<T>('DELETE', path)

/// Sends a file as it is. `progress` hears the share sent, 0 to 1.
/// Errors: throws Problem.
export async function upload<T>(path: string, query: Query, file: File, progress: (share: number) => void): Promise<T> {
  const url = address(path, query)
  const write = `POST ${url} ${file.size} ${file.lastModified}`
  const { status, text } = await sendFile(url, keyFor(write), file, progress)
  if (status > 0 && status < 500) unanswered.delete(write)
  if (status >= 200 && status < 300) return JSON.parse(text) as T
  if (isLostSession(status, path) && (await signInAgain!())) return upload<T>(path, query, file, progress)
  throw problemFrom(status, text)
}

function sendFile(url: string, key: string, file: File, progress: (share: number) => void) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Idempotency-Key', key)
    if (csrfToken) request.setRequestHeader('X-CSRF-Token', csrfToken)
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onload = () => resolve({ status: request.status, text: request.responseText })
    request.onerror = () => reject(new Problem(0, 'http.unreachable', '', ''))
    request.send(file)
  })
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(-1, 'web.fault', '', error instanceof Error ? error.message : String(error))
}
