import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-input.css'
import 'element-plus/theme-chalk/el-tag.css'
import 'element-plus/theme-chalk/el-select.css'
import 'element-plus/theme-chalk/el-pagination.css'
import 'element-plus/theme-chalk/el-date-picker.css'
import 'element-plus/theme-chalk/el-date-picker-panel.css'
import 'element-plus/theme-chalk/el-dialog.css'
import 'element-plus/theme-chalk/el-overlay.css'
import '../shared/base.css'
import './office.css'
import App from './App.vue'
import { createTexts } from '../shared/i18n'
import { loadSession } from '../shared/session'
import en from './locales/en.json'
import zh from './locales/zh.json'
import { router } from './router'

const app = createApp(App)
app.use(createTexts(zh, en))
app.use(router)
loadSession().catch(() => undefined).finally(() => app.mount('#app'))
