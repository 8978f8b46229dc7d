// Who is signed in. One session for the page; the server's cookie is the truth.

import { reactive, readonly } from 'vue'
import { get, post, remove, setCsrfToken } from './api'
import type { Me } from './types'

const state = reactive<{ me: Me; known: boolean }>({ me: { signed_in: false }, known: false })
export const session = readonly(state)

function take(me: Me): Me {
  state.me = me
  state.known = true
  setCsrfToken(me.csrf_token)
  return me
}

let asking: Promise<Me> | null = null
export function loadSession(): Promise<Me> {
  asking ??= get<Me>('/sessions/current').then(take).finally(() => (asking = null))
  return asking
}

/// `code`: of the second step; empty until the server asks for it (`access.code_needed`).
export async function signIn(account: string, password: string, code = ''): Promise<Me> {
  take(await post<Me>('/sessions', { account: account.trim(), password, code: code || undefined }))
  return loadSession()
}

export async function signOut(): Promise<void> {
  await remove('/sessions/current')
  await loadSession()
}
