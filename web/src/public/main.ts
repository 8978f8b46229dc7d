import { createApp } from 'vue'
import '../shared/base.css'
import './public.css'
import App from './App.vue'
import { createTexts } from '../shared/i18n'
import { loadSession } from '../shared/session'
import en from './locales/en.json'
import zh from './locales/zh.json'
import { router } from './router'

const app = createApp(App)
app.use(createTexts(zh, en))
app.use(router)
// The page is drawn even when the server does not answer: each part then says so itself.
loadSession().catch(() => undefined).finally(() => app.mount('#app'))
