// A list that updates by itself: the server says that something has changed, the page asks again for what it shows.

import { onBeforeUnmount, onMounted, ref } from 'vue'
import { API } from '../shared/api'

/// Not more often than this, however much happens. Units: milliseconds.
const PAUSE = 2000

/// Connected only while the page is visible: a browser keeps few connections, and a hidden list needs none.
export function useLive(reload: () => Promise<unknown>) {
  const live = ref(false)
  let source: EventSource | null = null
  let timer = 0
  let asked = 0

  function soon() {
    if (timer) return
    timer = window.setTimeout(async () => {
      timer = 0
      asked = Date.now()
      await reload()
    }, Math.max(0, PAUSE - (Date.now() - asked)))
  }
  function connect() {
    if (source || document.hidden) return
    source = new EventSource(`${API}/changes`)
    let first = true
    source.addEventListener('ready', () => {
      live.value = true
      if (!first) soon()  // what happened while the connection was gone
      first = false
    })
    source.addEventListener('changed', soon)
    source.onerror = () => (live.value = false)
  }
  function disconnect() {
    source?.close()
    source = null
    live.value = false
  }
  function onVisibility() {
    if (document.hidden) return disconnect()
    connect()
    soon()
  }
  onMounted(() => {
    connect()
    document.addEventListener('visibilitychange', onVisibility)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', onVisibility)
    window.clearTimeout(timer)
    disconnect()
  })
  return live
}
